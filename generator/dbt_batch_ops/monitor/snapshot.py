"""A picture of runs: everything about them as it is in one moment of the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from dbt_batch_ops.monitor import queries
from dbt_batch_ops.monitor.assembly import NEWEST_BATCHES, NEWEST_ERRORS, as_seen, run_of
from dbt_batch_ops.monitor.figures import Line, LockWait, Picture, Run
from dbt_batch_ops.monitor.reading import Reader
from dbt_batch_ops.monitor.tally import StepKey, Tallies, Tally

_MOST_RUNS = 20
_MOST_OTHERS = 5

Rows = list[dict[str, Any]]


class Camera:
    """Takes pictures, one after another; what it has counted once it does not count again.

    Args:
        reader: Reads the ledger.
        operation_id: The only run to look at; ``None`` looks at all that are at work or should be.
    """

    def __init__(self, reader: Reader, operation_id: str | None = None) -> None:
        self._reader = reader
        self._only = operation_id
        self._tallies = Tallies()

    def forget(self) -> None:
        """Count anew: a server that crashed may have lost what it had said."""
        self._tallies = Tallies()

    def take(self) -> Picture:
        """Return a picture of now.

        Raises:
            LostConnectionError: There is no connection.
            SlowAnswerError: The database took too long.
            DatabaseError: The ledger cannot be read.
        """
        with self._reader.moment() as cursor:
            cursor.execute("select clock_timestamp() as now")
            now: datetime = cursor.fetchone()["now"]
            ids = [self._only] if self._only else _asked(cursor, queries.RUN_IDS, {"limit": _MOST_RUNS})
            runs = self._runs(cursor, [str(one) for one in ids], now)
            others: Rows = []
            if self._only is None:
                cursor.execute(queries.OTHERS, {"runs": ids, "limit": _MOST_OTHERS})
                others = cursor.fetchall()
        return Picture(
            now, self._reader.server, tuple(runs), tuple(Line(**row) for row in map(as_seen, others))
        )

    def _runs(self, cursor: Any, ids: list[str], now: datetime) -> list[Run]:
        if not ids:
            return []
        asked = {"runs": ids}
        runs = {row["operation_id"]: row for row in _rows(cursor, queries.RUNS, asked)}
        steps = _by_run(_rows(cursor, queries.STEPS, asked))
        workers = _by_run(_rows(cursor, queries.WORKERS, asked))
        live = [row for rows in workers.values() for row in rows if row["is_live"]]
        presence = _by_run(
            _rows(cursor, queries.PRESENCE, {**asked, "live": [row["worker_id"] for row in live]})
        )
        tallies = self._count(cursor, runs, steps)
        current = [
            (run, step["step_number"])
            for run in runs
            for step in steps[run]
            if step["status"] == "running" and any(row["is_live"] for row in workers[run])
        ]
        recent = _by_run(
            _rows(
                cursor,
                queries.RECENT,
                {
                    "runs": [run for run, _ in current],
                    "steps": [step for _, step in current],
                    "limit": NEWEST_BATCHES,
                },
            )
        )
        limited = {**asked, "limit": NEWEST_ERRORS}
        errors = _by_run(_rows(cursor, queries.ERRORS, limited))
        failures = _by_run(_rows(cursor, queries.FAILURE, limited))
        waits = _lock_waits(cursor, live)
        return [
            run_of(
                runs[one],
                now,
                steps[one],
                [tallies[one, step["step_number"]] for step in steps[one]],
                workers[one],
                presence[one][0],
                recent[one],
                errors[one][0],
                failures[one][0] if failures[one] else None,
                waits,
            )
            for one in ids
            if one in runs
        ]

    def _count(
        self, cursor: Any, runs: dict[str, Any], steps: dict[str, Rows]
    ) -> dict[tuple[str, int], Tally]:
        begun = [
            (run, step["step_number"]) for run in runs for step in steps[run] if step["status"] != "pending"
        ]
        keys = [StepKey(run, number, tuple(runs[run]["version"])) for run, number in begun]
        counted = dict(zip(begun, self._tallies.look(cursor, keys), strict=True))
        return defaultdict(lambda: Tally(is_complete=True), counted)


def _lock_waits(cursor: Any, live: Rows) -> list[LockWait]:
    """Return whom workers wait for; asked only when one does, since the question itself is not cheap."""
    pids = [row["pid"] for row in live]
    waits = any(row["wait_event_type"] == "Lock" for row in live)
    if not waits and any(row["state"] is None for row in live):
        waits = _rows(cursor, queries.HAS_WAITS, {"pids": pids})[0]["waits"]
    if not waits:
        return []
    return [
        LockWait(
            blocked_pid=row["blocked_pid"],
            seconds=float(row["waiting_seconds"]),
            waits_for=row["waits_for"],
            blocking_pid=row["blocking_pid"],
            blocking_user=row["blocking_user"],
            blocking_application=row["blocking_application"],
            blocking_state=row["blocking_state"],
            blocking_seconds=None
            if row["blocking_transaction_seconds"] is None
            else float(row["blocking_transaction_seconds"]),
            blocking_operation_id=row["blocking_run"],
            command=row["command"],
        )
        for row in _rows(cursor, queries.LOCK_WAITS, {"pids": pids})
    ]


def _rows(cursor: Any, sql: str, values: dict[str, Any]) -> Rows:
    cursor.execute(sql, values)
    found: Rows = cursor.fetchall()
    return found


def _asked(cursor: Any, sql: str, values: dict[str, Any]) -> list[str]:
    return [row["operation_id"] for row in _rows(cursor, sql, values)]


def _by_run(rows: Rows) -> dict[str, Rows]:
    grouped: dict[str, Rows] = defaultdict(list)
    for row in rows:
        grouped[row["operation_id"]].append(row)
    return grouped
