"""The workers of a run as a timeline: who worked when, on which batches, and when something went wrong."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from dbt_batch_ops.monitor.axis import Axis
from dbt_batch_ops.monitor.plot import Chart, draw_events, draw_times
from dbt_batch_ops.monitor.review import MOST_WORKERS, Review, Row
from dbt_batch_ops.monitor.svg import Drawing
from dbt_batch_ops.monitor.wording import counted, duration

_TOP = 32.0
_BELOW = 26.0
_LABEL = 15.0
_BAR = 12.0
_GAP = 8.0
_MARKS = 22.0
_MOST_SHIFTS = 1_500


@dataclass
class _Shift:
    """A piece of time in which a worker did batches one after another."""

    began: float
    ended: float
    batches: int
    records: int
    first: int
    last: int
    failed: int = 0


def timeline_chart(review: Review, axis: Axis) -> Chart:
    """Return who worked when, a line for each worker."""
    workers = [worker for worker in review.workers if worker["role"] == "worker"][:MOST_WORKERS]
    each = _LABEL + _BAR + _GAP
    has_marks = any(row["failures"] or row["retries"] for row in review.errors.values())
    above = _TOP + (_MARKS if has_marks else 0)
    drawing = Drawing(
        "workers", above + each * max(len(workers), 1) + _BELOW, "Workers",
        f"{counted(len(workers), 'worker')}, each with a line: dark where it did batches, pale where it was.",
        has_scale=False,
    )  # fmt: skip
    bottom = drawing.height - _BELOW
    for gap in axis.gaps:
        drawing.rectangle(
            gap.left,
            _TOP,
            gap.right - gap.left,
            bottom - _TOP,
            "gap",
            f"nobody worked on it for {duration(gap.seconds)}",
        )
    if has_marks:
        _draw_marks(drawing, review, axis)
    shifts = _shifts(review, axis)
    rows = []
    for number, worker in enumerate(workers):
        top = above + number * each
        _draw_worker(drawing, review, axis, worker, shifts[worker["worker_id"]], top)
        rows.append(_table_row(review, worker))
    draw_times(drawing, axis, review, bottom)
    draw_events(drawing, axis, review, _TOP, bottom)
    left_out = sum(worker["role"] == "worker" for worker in review.workers) - len(workers)
    note = "Dark: at work on batches. Pale: there, between batches."
    if any(worker["stop_reason"] for worker in workers):
        note += " A cross: it stopped before the run did."
    if any(row["failures"] for row in review.errors.values()):
        note += " Squares: failures."
    if any(row["retries"] for row in review.errors.values()):
        note += " Circles: attempts that were made again."
    if left_out:
        note += f" {counted(left_out, 'more worker')} not shown."
    return Chart(
        "workers", "Workers", note, drawing.markup(),
        ("process", "from", "until", "rows", "batches", "failed rows", "at work", "stopped"), tuple(rows),
    )  # fmt: skip


def _draw_worker(
    drawing: Drawing, review: Review, axis: Axis, worker: Row, shifts: list[_Shift], top: float
) -> None:
    begin, end = axis.place(worker["joined"]), axis.place(worker["ended"])
    there = (
        f"process {worker['pid']}: {_time(worker['joined'], review)} to {_time(worker['ended'], review)}, "
        f"{counted(worker['records'], 'row')} in {counted(worker['batches'], 'batch', 'batches')}"
    )
    done = f"{counted(worker['records'], 'row')}, {counted(worker['batches'], 'batch', 'batches')}"
    words = f"{worker['pid']}   {done}"
    drawing.text(min(begin, 0.7), top + _LABEL - 5, words, "label halo")
    drawing.rectangle(begin, top + _LABEL, max(end - begin, 0.002), _BAR, "there", there)
    for shift in shifts:
        left, right = axis.place(shift.began), axis.place(shift.ended)
        if shift.first == shift.last:
            what = f"batch {shift.first:,}"
        else:
            what = f"{counted(shift.batches, 'batch', 'batches')}, from {shift.first:,} to {shift.last:,}"
        tip = (
            f"process {worker['pid']}, {_time(shift.began, review)}, {duration(shift.ended - shift.began)}: "
            f"{what}, {counted(shift.records, 'row')}"
        )
        kind = "bar"
        if shift.failed:
            kind, tip = "bar failed", f"{tip}, {counted(shift.failed, 'row')} failed"
        drawing.rectangle(left, top + _LABEL, max(right - left, 0.0006), _BAR, kind, tip)
    if worker["stop_reason"]:
        drawing.text(
            end,
            top + _LABEL + _BAR - 1,
            "✕",
            "stopped",
            anchor="end" if end > 0.97 else "start",
            shift=1 if end <= 0.97 else 0,
        )


def _draw_marks(drawing: Drawing, review: Review, axis: Axis) -> None:
    middle = _TOP + 9
    for place, row in review.errors.items():
        bucket = axis.buckets[min(place, len(axis.buckets) - 1)]
        at = (bucket.left + bucket.right) / 2
        when = _time(bucket.begin, review)
        if row["failures"]:
            tip = f"{when}: {counted(row['failures'], 'failure')}"
            drawing.square(at, middle - 6, 7, "failure", tip)
        if row["retries"]:
            tip = f"{when}: {counted(row['retries'], 'attempt')} made again"
            drawing.circle(at, middle + 6, 3.5, "retry", tip)


def _shifts(review: Review, axis: Axis) -> dict[int, list[_Shift]]:
    """Return what each worker did: batch by batch where there are few, else without what lies between."""
    found: dict[int, list[_Shift]] = defaultdict(list)
    for row in review.batches:
        number = row["batch_number"]
        found[row["worker_id"]].append(
            _Shift(row["began"], row["ended"], 1, row["records"], number, number, row["failed"])
        )
    distance = axis.bucket_seconds
    while True:
        joined = found if not review.shifts else defaultdict(list)
        for row in review.shifts:
            _join(joined[row["worker_id"]], row, distance)
        if sum(map(len, joined.values())) <= _MOST_SHIFTS or distance > axis.active_seconds:
            return joined
        distance *= 2


def _join(shifts: list[_Shift], row: Row, distance: float) -> None:
    last = shifts[-1] if shifts else None
    if last is None or row["began"] - last.ended > distance:
        shifts.append(
            _Shift(
                row["began"],
                row["ended"],
                row["batches"],
                row["records"],
                row["first_batch"],
                row["last_batch"],
            )
        )
        return
    last.ended = max(last.ended, row["ended"])
    last.batches += row["batches"]
    last.records += row["records"]
    last.first, last.last = min(last.first, row["first_batch"]), max(last.last, row["last_batch"])


def _table_row(review: Review, worker: Row) -> tuple[str, ...]:
    there = max(worker["ended"] - worker["joined"], 0.001)
    return (
        str(worker["pid"]),
        _time(worker["joined"], review),
        "now" if worker["is_live"] else _time(worker["ended"], review),
        f"{worker['records']:,}",
        f"{worker['batches']:,}",
        f"{worker['failed']:,}",
        f"{min(worker['busy'] / there, 1) * 100:.0f} %",
        worker["stop_reason"] or "",
    )


def _time(moment: float, review: Review) -> str:
    at = datetime.fromtimestamp(moment, review.zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}"
