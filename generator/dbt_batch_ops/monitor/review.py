"""A run in review: all that a report tells of it, read from the ledger in one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.monitor import review_queries as queries
from dbt_batch_ops.monitor.axis import Axis, merged
from dbt_batch_ops.monitor.reading import Reader

MOST_WORKERS = 48
"""So many workers are drawn, and listed."""

MOST_BATCHES_DRAWN = 400
"""Of a run with no more batches each of them is drawn."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Review:
    """All that a report tells of a run.

    Rows are those of the queries of the same name in ``review_queries``.

    Attributes:
        run: The run; ``status`` as a person sees it.
        parameters: What it was given.
        steps: Its steps, with what became of them.
        workers: Those who worked on it.
        durations: How long its batches took.
        histogram: How many batches took how long.
        buckets: What was done in each bucket of the axis.
        errors: What went wrong in each bucket of the axis.
        shifts: What each worker did in each bucket, where there are many batches.
        batches: Every batch, where there are few.
        causes: What went wrong, by cause.
        slowest: The batches that took longest.
        controls: Who asked for what.
        totals: How much went wrong.
        axis: Its time; ``None`` when nobody has worked on it.
        zone: The time zone that it ran in.
        database: The database, and where it is.
    """

    run: Row
    parameters: list[Row]
    steps: list[Row]
    workers: list[Row]
    durations: Row
    histogram: list[Row]
    buckets: dict[int, Row]
    errors: dict[int, Row]
    shifts: list[Row]
    batches: list[Row]
    causes: list[Row]
    slowest: list[Row]
    controls: list[Row]
    totals: Row
    axis: Axis | None
    zone: tzinfo
    database: str

    @property
    def records(self) -> int:
        """Rows changed."""
        return sum(step["records"] for step in self.steps)

    @property
    def total(self) -> int:
        """Rows to change, in the steps that have begun."""
        return sum(step["total"] or 0 for step in self.steps)

    @property
    def total_is_exact(self) -> bool:
        """Whether that was counted, not estimated."""
        return all(step["total_is_exact"] for step in self.steps if step["status"] != "pending")

    @property
    def batch_count(self) -> int:
        """Batches completed."""
        return sum(step["batches"] for step in self.steps)

    @property
    def wal_bytes(self) -> int | None:
        """Bytes of write-ahead log, if they were recorded."""
        known = [step["wal_bytes"] for step in self.steps if step["wal_bytes"] is not None]
        return sum(known) if known else None

    @property
    def lock_wait(self) -> float | None:
        """Seconds that batches waited for locks, if they were recorded."""
        known = [step["lock_wait"] for step in self.steps if step["lock_wait"] is not None]
        return sum(known) if known else None

    @property
    def active_seconds(self) -> float:
        """How long somebody was at work."""
        spans = merged([(worker["joined"], worker["ended"]) for worker in self.workers])
        return sum(end - begin for begin, end in spans)

    @property
    def records_per_second(self) -> float | None:
        """Rows per second, while somebody was at work."""
        return self.records / self.active_seconds if self.active_seconds > 0 else None

    @property
    def seconds(self) -> float:
        """From its start to its end, or to now."""
        end = self.run["completed_at"] or self.run["read_at"]
        return float((end - self.run["started_at"]).total_seconds())


def review(reader: Reader, operation_id: str) -> Review:
    """Read what a report tells of a run.

    Args:
        reader: Reads the ledger.
        operation_id: The run.

    Raises:
        DatabaseError: The ledger cannot be read, or the run is gone.
    """
    asked: Row = {"run": operation_id}
    with reader.moment() as cursor:
        run = _one(cursor, queries.RUN, asked)
        if run is None:
            raise DatabaseError(f"run {operation_id} is gone from the ledger")
        workers = _all(cursor, queries.WORKERS, asked)
        steps = _all(cursor, queries.STEPS, asked)
        totals = _one(cursor, queries.TOTALS, asked) or {}
        spans = [(worker["joined"], worker["ended"]) for worker in workers]
        axis = Axis(spans) if spans else None
        timed: Row = {**asked, "begins": [bucket.begin for bucket in axis.buckets] if axis else [0.0]}
        drawn = [worker["worker_id"] for worker in workers if worker["batches"]][:MOST_WORKERS]
        timed |= {"workers": drawn, "limit": MOST_BATCHES_DRAWN}
        is_small = sum(step["batches"] for step in steps) <= MOST_BATCHES_DRAWN
        return Review(
            run={**run, "status": _seen_status(run, workers, totals)},
            parameters=_all(cursor, queries.PARAMETERS, asked),
            steps=steps,
            workers=workers,
            durations=_one(cursor, queries.DURATIONS, asked) or {},
            histogram=_all(cursor, queries.HISTOGRAM, asked),
            buckets=_placed(_all(cursor, queries.BUCKETS, timed)),
            errors=_placed(_all(cursor, queries.ERROR_BUCKETS, timed)),
            shifts=[] if is_small else _all(cursor, queries.SHIFTS, timed),
            batches=_all(cursor, queries.BATCHES, timed) if is_small else [],
            causes=_all(cursor, queries.CAUSES, asked),
            slowest=_all(cursor, queries.SLOWEST, asked),
            controls=_all(cursor, queries.CONTROLS, asked),
            totals=totals,
            axis=axis,
            zone=_zone(run["timezone"]),
            database=reader.server,
        )


def _placed(rows: list[Row]) -> dict[int, Row]:
    """Return what there is in each bucket; what stands before the first one counts as in it."""
    placed: dict[int, Row] = {}
    for row in rows:
        place = max(row["place"] - 1, 0)
        known = placed.get(place)
        # Only sums can be added up; of what is before the first bucket there is hardly ever anything.
        placed[place] = row if known is None else {**known, **_added(known, row)}
    return placed


def _added(known: Row, row: Row) -> Row:
    return {
        name: known[name] + row[name]
        for name in ("batches", "records", "failed", "failures", "retries")
        if name in row
    }


def _seen_status(run: Row, workers: list[Row], totals: Row) -> str:
    status = str(run["status"])
    if status == "running" and not any(worker["is_live"] for worker in workers):
        return "paused" if run["is_to_pause"] else "interrupted"
    return "completed_with_errors" if status == "completed" and totals.get("errors") else status


def _zone(name: str) -> tzinfo:
    """Return a time zone as PostgreSQL names it; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.utc


def _all(cursor: Any, sql: str, values: Row) -> list[Row]:
    cursor.execute(sql, values)
    return [dict(row) for row in cursor.fetchall()]


def _one(cursor: Any, sql: str, values: Row) -> Row | None:
    rows = _all(cursor, sql, values)
    return rows[0] if rows else None
