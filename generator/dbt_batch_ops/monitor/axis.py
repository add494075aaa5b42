"""The time axis of a report: when somebody was at work, in buckets; long gaps are cut short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise

Span = tuple[float, float]

_LENGTHS = (
    0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600,
    43_200, 86_400, 172_800, 604_800,
)  # fmt: skip
_MOST_BUCKETS = 160
_MOST_SPANS = 40
# Of the time at work: a gap that lasted longer is drawn as if it had lasted so long.
_LONGEST_GAP = 0.08
_SHORTEST_GAP = 0.004
_MOST_TICKS = 5
_CLOSEST_TICKS = 0.17


@dataclass(frozen=True)
class Bucket:
    """A piece of time with somebody at work (seconds since 1970), and where it stands, from 0 to 1."""

    begin: float
    end: float
    left: float
    right: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.begin


@dataclass(frozen=True)
class Gap:
    """A piece of time in which nobody was at work."""

    begin: float
    end: float
    left: float
    right: float
    is_cut: bool

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.begin


@dataclass(frozen=True)
class Tick:
    """A time that is written below a chart."""

    place: float
    label: str


class Axis:
    """Where a moment stands.

    Args:
        spans: When somebody was at work; in order, without overlap, not empty.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        spans = merged(spans)
        self.active_seconds = sum(end - begin for begin, end in spans)
        longest = self.active_seconds * _LONGEST_GAP
        gaps = [after[0] - before[1] for before, after in pairwise(spans)]
        drawn = [min(gap, longest) for gap in gaps]
        whole = self.active_seconds + sum(drawn)
        self.spans: list[Bucket] = []
        self.gaps: list[Gap] = []
        place = 0.0
        for number, (begin, end) in enumerate(spans):
            width = (end - begin) / whole
            self.spans.append(Bucket(begin, end, place, place + width))
            place += width
            if number < len(gaps):
                width = drawn[number] / whole
                is_cut = drawn[number] < gaps[number]
                self.gaps.append(Gap(end, spans[number + 1][0], place, place + width, is_cut))
                place += width
        self.bucket_seconds = next(
            (length for length in _LENGTHS if self.active_seconds / length <= _MOST_BUCKETS),
            self.active_seconds / _MOST_BUCKETS,
        )
        self.buckets = [bucket for span in self.spans for bucket in self._cut(span)]

    def place(self, moment: float) -> float:
        """Return where a moment stands, from 0 to 1."""
        pieces: list[Bucket | Gap] = [*self.spans, *self.gaps]
        for piece in sorted(pieces, key=lambda one: one.begin):
            if moment <= piece.end:
                into = (moment - piece.begin) / piece.seconds if piece.seconds else 0.0
                return piece.left + min(max(into, 0.0), 1.0) * (piece.right - piece.left)
        return 1.0

    def ticks(self, zone: tzinfo) -> list[Tick]:
        """Return round times to write below a chart, none too close to another."""
        whole = sum(span.seconds for span in self.spans) + sum(
            gap.seconds for gap in self.gaps if not gap.is_cut
        )
        step = next((length for length in _LENGTHS if whole / length <= _MOST_TICKS), _LENGTHS[-1])
        first = datetime.fromtimestamp(self.spans[0].begin, zone)
        offset = first.utcoffset()
        shift = offset.total_seconds() if offset else 0.0
        has_days = first.date() != datetime.fromtimestamp(self.spans[-1].end, zone).date()
        ticks = [Tick(0.0, _label(self.spans[0].begin, zone, step, has_days=has_days))]
        for span in self.spans:
            moment = ((span.begin + shift) // step + 1) * step - shift
            while moment <= span.end and len(ticks) <= 2 * _MOST_TICKS:
                place = self.place(moment)
                if place - ticks[-1].place >= _CLOSEST_TICKS and place <= 1 - _CLOSEST_TICKS / 2:
                    ticks.append(Tick(place, _label(moment, zone, step, has_days=has_days)))
                moment += step
        return ticks

    def _cut(self, span: Bucket) -> list[Bucket]:
        length = self.bucket_seconds
        begins = [span.begin]
        # A rest that is too short to tell a speed by belongs to the bucket before it.
        while begins[-1] + 1.4 * length < span.end:
            begins.append(begins[-1] + length)
        ends = [*begins[1:], span.end]
        return [
            Bucket(begin, end, self._within(span, begin), self._within(span, end))
            for begin, end in zip(begins, ends, strict=True)
        ]

    @staticmethod
    def _within(span: Bucket, moment: float) -> float:
        if not span.seconds:
            return span.left
        return span.left + (moment - span.begin) / span.seconds * (span.right - span.left)


def merged(spans: Sequence[Span]) -> list[Span]:
    """Return spans of time in order, joined where they overlap or the gap between them is too small to see.

    >>> merged([(10.0, 20.0), (0.0, 5.0), (4.0, 6.0), (20.01, 30.0)])
    [(0.0, 6.0), (10.0, 30.0)]
    """
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    smallest = sum(end - begin for begin, end in joined) * _SHORTEST_GAP
    while len(joined) > 1:
        gap, place = min((joined[n + 1][0] - joined[n][1], n) for n in range(len(joined) - 1))
        if gap > smallest and len(joined) <= _MOST_SPANS:
            break
        joined[place : place + 2] = [(joined[place][0], joined[place + 1][1])]
    if joined and sum(end - begin for begin, end in joined) <= 0:
        joined[-1] = (joined[-1][0], joined[-1][1] + 0.001)
    return joined


def _label(moment: float, zone: tzinfo, step: float, *, has_days: bool) -> str:
    # Half a millisecond more, since a second may be a little less than itself in floating point.
    at = datetime.fromtimestamp(moment + 0.0005, zone)
    time = f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"
    if step < 1:
        time += f".{at.microsecond // 100_000}"
    return f"{at.day} {at:%b} {time}" if has_days else time
