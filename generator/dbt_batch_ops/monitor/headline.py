"""A run in one sentence, and its main figures."""

from __future__ import annotations

from dataclasses import dataclass

from dbt_batch_ops.monitor.review import Review
from dbt_batch_ops.monitor.wording import counted, duration, percent, relation_name

_ENDS = {
    "running": "is at work",
    "interrupted": "was interrupted, and nobody works on it",
    "paused": "is paused",
    "planned": "waits for its confirmation",
    "completed": "completed",
    "completed_with_errors": "completed, with failures left out",
    "failed": "failed",
    "timed_out": "reached its timeout",
    "cancelled": "was cancelled",
    "blocked": "is blocked by a session that does not end",
}


@dataclass(frozen=True)
class Figure:
    """A number that a person looks for first.

    Attributes:
        name: What it is.
        value: The number.
        unit: Its unit; may be empty.
        detail: What puts it in proportion.
        level: ``""``, or ``problem`` or ``warning`` when it is no good news.
    """

    name: str
    value: str
    unit: str = ""
    detail: str = ""
    level: str = ""


def sentence(review: Review) -> str:
    """Return how a run went, in one sentence."""
    run = review.run
    verb = "exported" if all(step["operation_type"] == "select" for step in review.steps) else "changed"
    rows = counted(review.records, "row")
    is_done = run["status"].startswith("completed")
    if review.total and review.records != review.total and (review.total_is_exact or not is_done):
        rows = (
            f"{review.records:,} of {'' if review.total_is_exact else 'about '}{counted(review.total, 'row')}"
        )
    text = f"It {verb} {rows} of {relation_name(run['target'])}"
    if review.active_seconds:
        text += f" in {duration(review.active_seconds)}"
    text += f" and {_ENDS.get(run['status'], run['status'])}"
    if run["stop_reason"]:
        text += f": {run['stop_reason']}"
    return text + "."


def figures(review: Review) -> list[Figure]:
    """Return the main figures, the most important first."""
    totals, durations = review.totals, review.durations
    failed, errors = totals["failed_records"], totals["errors"]
    mended = f"{totals['mended']:,} mended since" if totals["mended"] else ""
    found = [
        Figure("Rows", f"{review.records:,}", "", _of_total(review)),
        Figure("At work", *_parts(review.active_seconds), _from_start_to_end(review)),
        Figure("Speed", f"{review.records_per_second or 0:,.0f}", "rows/s", "while at work"),
        Figure(
            "Batches",
            f"{review.batch_count:,}",
            "",
            f"median {duration(durations['percentiles'][0])}" if durations.get("percentiles") else "",
        ),
        Figure("Failed rows", f"{failed:,}", "", mended, "problem" if failed else ""),
        Figure(
            "Retries",
            f"{totals['retries']:,}",
            "",
            "attempts made again",
            "warning" if totals["retries"] else "",
        ),
    ]
    if errors - failed > 0:
        found.insert(
            5, Figure("Other failures", f"{errors - failed:,}", "", "batches, or the run", "problem")
        )
    if review.wal_bytes is not None:
        per_row = f"{review.wal_bytes / review.records:,.0f} bytes a row" if review.records else ""
        found.append(Figure("Write-ahead log", *size(review.wal_bytes), per_row))
    if review.lock_wait is not None:
        found.append(Figure("Waited for locks", *_parts(review.lock_wait), "all workers"))
    return found


def _of_total(review: Review) -> str:
    if not review.total:
        return ""
    if not review.total_is_exact and review.run["status"].startswith("completed"):
        return f"about {review.total:,} were expected"
    share = percent(min(review.records / review.total, 1.0))
    return f"{share} of {'' if review.total_is_exact else 'about '}{review.total:,}"


def size(count: int) -> tuple[str, str]:
    """Return a number of bytes and its unit.

    >>> size(1), size(1_234_567)
    (('1', 'byte'), ('1.2', 'MB'))
    """
    if count < 1000:
        return str(count), "byte" if count == 1 else "bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f}", unit
    return f"{amount / 1000:.1f}", "TB"


def _parts(seconds: float) -> tuple[str, str]:
    """Return a duration as a value and its last unit."""
    value, _, unit = duration(seconds).rpartition(" ")
    return value, unit


def _from_start_to_end(review: Review) -> str:
    apart = review.seconds - review.active_seconds
    if apart < max(1.0, review.active_seconds * 0.02):
        return "without a pause"
    return f"{duration(review.seconds)} from start to end"
