"""How fast a run is now, and how long it will take: from the batches that were done last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WINDOW = 10.0
"""Seconds that count as now."""

_BATCHES_IN_WINDOW = 4
_SHORTEST = 0.2


@dataclass(frozen=True)
class Done:
    """A batch that is done: when it began and ended (seconds), and its rows, with those left out."""

    started: float
    completed: float
    records: int
    rows: int


@dataclass(frozen=True)
class Speed:
    """Rows per second: those that were changed, and those that were worked off."""

    records: float
    rows: float


def recent_speed(newest: Sequence[Done], now: float, since: float, *, is_cut: bool) -> Speed | None:
    """Return how fast it was lately, or ``None`` when there is nothing to tell by.

    The window is long enough for several batches, however slow they are.

    Args:
        newest: The newest batches that are done, in any order.
        now: The moment.
        since: When those who work now came.
        is_cut: Whether there were more batches than these.

    >>> batches = [Done(n, n + 1.0, 100, 100) for n in range(20)]
    >>> recent_speed(batches, 20.0, 0.0, is_cut=False)
    Speed(records=100.0, rows=100.0)
    >>> recent_speed(batches, 20.0, 19.9, is_cut=False) is None
    True
    """
    if not newest:
        return None
    typical = median(batch.completed - batch.started for batch in newest)
    begin = max(now - max(WINDOW, _BATCHES_IN_WINDOW * typical), since)
    if is_cut:
        # As many as were asked for, and all of them done since: the window ends with the oldest.
        begin = max(begin, min(batch.completed for batch in newest))
    if now - begin < _SHORTEST:
        return None
    counted = [batch for batch in newest if batch.completed > begin]
    return Speed(
        sum(batch.records for batch in counted) / (now - begin),
        sum(batch.rows for batch in counted) / (now - begin),
    )


def seconds_left(total: int | None, done: int, rows_per_second: float | None) -> float | None:
    """Return how long the rest takes, or ``None`` when that cannot be told.

    >>> seconds_left(1_000, 400, 100.0)
    6.0
    >>> seconds_left(1_000, 400, 0.0) is None
    True
    >>> seconds_left(1_000, 1_200, 100.0) is None
    True
    """
    if not total or not rows_per_second or done >= total:
        return None
    return (total - done) / rows_per_second
