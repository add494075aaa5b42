"""Counts the batches of a step once: each look reads what was begun since, and what was not done then.

A run may have a million batches, and a picture of it is taken twice a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

_MOST_AT_ONCE = 1_000_000
_MOST_OPEN = 2_000

# `failed` counts as done: the run decided what that means. When it goes on, all is counted anew.
_NEW = """
select
    asked.place,
    counted.*
from unnest(%(runs)s::uuid[], %(steps)s::integer[], %(upto)s::bigint[])
    with ordinality as asked (operation_id, step_number, upto, place)
cross join lateral (
    select
        count(*) as seen,
        max(batch_number) as upto,
        count(*) filter (where status = 'completed') as batches,
        coalesce(sum(records) filter (where status in ('completed', 'failed')), 0)::bigint as records,
        coalesce(sum(failed_records) filter (where status in ('completed', 'failed')), 0)::bigint as failed,
        array_agg(batch_number) filter (where status not in ('completed', 'failed')) as open
    from (
        select batch_number, status, records, failed_records
        from batch_ops.batches
        where
            batches.operation_id = asked.operation_id
            and batches.step_number = asked.step_number
            and batches.batch_number > asked.upto
        order by batches.batch_number
        limit %(most)s
    ) as next_ones
) as counted
where counted.seen > 0
"""
_OPEN = """
select
    asked.place,
    batches.batch_number,
    batches.step_number,
    batches.status,
    batches.worker_id,
    coalesce(batches.records, 0) as records,
    batches.failed_records,
    batches.claimed_at,
    batches.retry_at,
    batches.attempts,
    batches.error_message
from unnest(%(places)s::bigint[], %(runs)s::uuid[], %(steps)s::integer[], %(numbers)s::bigint[])
    as asked (place, operation_id, step_number, batch_number)
inner join batch_ops.batches
    on
        asked.operation_id = batches.operation_id
        and asked.step_number = batches.step_number
        and asked.batch_number = batches.batch_number
order by asked.place, batches.batch_number
"""


@dataclass(frozen=True)
class StepKey:
    """A step, and what must be as it was for its count to hold: a retry changes batches that are done."""

    operation_id: str
    step: int
    version: tuple[Any, ...]


@dataclass
class Tally:
    """What is known of one step.

    Attributes:
        batches: Batches completed.
        records: Rows changed.
        failed: Rows left out.
        is_complete: Whether all batches were seen; else the next look goes on.
        open: The rows of the batches that are not done.
    """

    batches: int = 0
    records: int = 0
    failed: int = 0
    is_complete: bool = False
    open: list[dict[str, Any]] = field(default_factory=list)
    _upto: int = 0
    _settled: list[int] = field(default_factory=lambda: [0, 0, 0])
    _unsettled: list[int] = field(default_factory=list)
    _not_kept: list[int] = field(default_factory=lambda: [0, 0, 0])


class Tallies:
    """The counts of all steps that are looked at; a step that is no longer asked for is forgotten."""

    def __init__(self, most_at_once: int = _MOST_AT_ONCE) -> None:
        self._most = most_at_once
        self._known: dict[StepKey, Tally] = {}

    def look(self, cursor: Any, keys: Sequence[StepKey]) -> list[Tally]:
        """Bring the counts of steps up to the moment of the cursor's transaction, and return them.

        Args:
            cursor: Of dictionaries.
            keys: The steps.
        """
        tallies = [self._known.get(key) or Tally() for key in keys]
        self._known = dict(zip(keys, tallies, strict=True))
        if not keys:
            return tallies
        runs, steps = [key.operation_id for key in keys], [key.step for key in keys]
        upto = [tally._upto for tally in tallies]
        for tally in tallies:
            tally.is_complete, tally._not_kept = True, [0, 0, 0]
        cursor.execute(_NEW, {"runs": runs, "steps": steps, "upto": upto, "most": self._most})
        for row in cursor.fetchall():
            self._add(tallies[row["place"] - 1], row)
        self._look_at_open(cursor, runs, steps, tallies)
        return tallies

    def _add(self, tally: Tally, row: dict[str, Any]) -> None:
        # What cannot be asked for one by one is read again the next time.
        opened = row["open"] or []
        tally.is_complete = row["seen"] < self._most
        if len(opened) + len(tally._unsettled) > _MOST_OPEN:
            tally._not_kept = [row["batches"], row["records"], row["failed"]]
            return
        tally._upto = row["upto"]
        tally._unsettled = sorted({*tally._unsettled, *opened})
        _add_to(tally._settled, (row["batches"], row["records"], row["failed"]))

    def _look_at_open(
        self, cursor: Any, runs: Sequence[str], steps: Sequence[int], tallies: Sequence[Tally]
    ) -> None:
        asked = [(place, number) for place, tally in enumerate(tallies) for number in tally._unsettled]
        found: list[list[dict[str, Any]]] = [[] for _ in tallies]
        if asked:
            places = [place for place, _ in asked]
            cursor.execute(
                _OPEN,
                {
                    "places": places,
                    "runs": [runs[place] for place in places],
                    "steps": [steps[place] for place in places],
                    "numbers": [number for _, number in asked],
                },
            )
            for row in cursor.fetchall():
                found[row["place"]].append(row)
        for tally, rows in zip(tallies, found, strict=True):
            _settle(tally, rows)


def _settle(tally: Tally, rows: Iterable[dict[str, Any]]) -> None:
    """Count what is done meanwhile for good, and of the others what they have done so far."""
    tally.open = []
    so_far = [0, 0, 0]
    for row in rows:
        if row["status"] in ("completed", "failed"):
            _add_to(tally._settled, (row["status"] == "completed", row["records"], row["failed_records"]))
        else:
            _add_to(so_far, (0, row["records"], row["failed_records"]))
            tally.open.append(row)
    tally._unsettled = [row["batch_number"] for row in tally.open]
    tally.batches, tally.records, tally.failed = map(
        sum, zip(tally._settled, tally._not_kept, so_far, strict=True)
    )


def _add_to(sums: list[int], figures: Sequence[int]) -> None:
    for place, figure in enumerate(figures):
        sums[place] += figure
