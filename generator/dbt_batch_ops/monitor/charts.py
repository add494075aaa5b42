"""The charts of a report along its time: rows so far, rows per second, how long batches took."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from dbt_batch_ops.monitor.axis import Axis
from dbt_batch_ops.monitor.review import Review
from dbt_batch_ops.monitor.svg import Drawing
from dbt_batch_ops.monitor.wording import counted, duration, rate

_TOP = 32.0
_BELOW = 26.0
_HEIGHT = 220.0

_BARS_PER_TEN = 10

_CONTROL_WORDS = {
    "pause": "pause",
    "resume": "resume",
    "cancel": "cancel",
    "retry_failed": "retry",
}


@dataclass(frozen=True)
class Chart:
    """A chart, and the same as a table.

    Attributes:
        name: Its id on the page.
        title: What it shows.
        note: How to read it.
        markup: The image.
        header: The columns of the table.
        rows: Its cells.
    """

    name: str
    title: str
    note: str
    markup: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def progress_chart(review: Review, axis: Axis) -> Chart:
    """Return rows changed so far, over time."""
    total = review.records
    highest = max(total, review.total, 1)
    drawing = Drawing(
        "progress", _HEIGHT, "Rows changed so far",
        f"A line that rises from nothing to {total:,} rows, and stays level where nobody worked.",
    )  # fmt: skip
    plot = _Plot(drawing, axis, review, highest)
    plot.scale(_linear_ticks(highest), lambda value: f"{_short(value)}")
    if review.total:
        top = plot.height_of(review.total)
        drawing.line(0, top, 1, top, "expected")
        mark = "" if review.total_is_exact else "about "
        drawing.text(1, top - 5, f"{mark}{review.total:,} expected", "label halo", anchor="end")
    points, rows, sum_so_far = [(axis.buckets[0].left, plot.height_of(0))], [], 0
    for place, bucket in enumerate(axis.buckets):
        if points[-1][0] < bucket.left:
            points.append((bucket.left, plot.height_of(sum_so_far)))
        done = review.buckets.get(place, {})
        sum_so_far += done.get("records", 0)
        points.append((bucket.right, plot.height_of(sum_so_far)))
        rows.append((_time(bucket.end, review), f"{sum_so_far:,}", f"{done.get('batches', 0):,}"))
    drawing.curve(points, "area", floor=plot.height_of(0))
    drawing.curve(points, "curve")
    plot.finish()
    return Chart(
        "progress",
        "Rows so far",
        _gaps_note(axis),
        drawing.markup(),
        ("until", "rows", "batches"),
        tuple(rows),
    )


def speed_chart(review: Review, axis: Axis) -> Chart:
    """Return rows per second, in each bucket of time."""
    speeds = {place: row["records"] / axis.buckets[place].seconds for place, row in review.buckets.items()}
    highest = max([*speeds.values(), 1.0])
    drawing = Drawing(
        "speed", _HEIGHT, "Rows per second",
        f"A bar for each {duration(axis.bucket_seconds)}; the highest is {rate(highest)}.",
    )  # fmt: skip
    plot = _Plot(drawing, axis, review, highest)
    plot.scale(_linear_ticks(highest), _short)
    rows = []
    for place, bucket in enumerate(axis.buckets):
        done, wrong = review.buckets.get(place, {}), review.errors.get(place, {})
        speed = speeds.get(place, 0.0)
        top = plot.height_of(speed)
        tip = (
            f"{_time(bucket.begin, review)}, {duration(bucket.seconds)}: {rate(speed)}, "
            f"{counted(done.get('batches', 0), 'batch', 'batches')}"
        )
        if speed:
            _bar(drawing, bucket.left, bucket.right, top, plot.bottom, "bar", tip)
        rows.append(
            (
                _time(bucket.begin, review), f"{done.get('records', 0):,}", f"{speed:,.0f}",
                f"{wrong.get('failures', 0):,}", f"{wrong.get('retries', 0):,}",
            )
        )  # fmt: skip
    note = f"A bar is {duration(axis.bucket_seconds)}."
    average = review.records_per_second
    if average:
        drawing.line(0, plot.height_of(average), 1, plot.height_of(average), "average")
        note += f" Dashed: the average, {rate(average)}."
    plot.finish()
    return Chart(
        "speed", "Rows per second", note, drawing.markup(),
        ("from", "rows", "rows/s", "failures", "retries"), tuple(rows),
    )  # fmt: skip


def duration_chart(review: Review, axis: Axis) -> Chart:
    """Return how long batches took, over time: the middle one, and 95 of 100."""
    known = [row for row in review.buckets.values() if row["most"] is not None]
    least = min((max(row["percentiles"][0], 1e-5) for row in known), default=0.001)
    most = max((row["percentiles"][1] for row in known), default=1.0)
    low, high = math.floor(math.log10(least)), math.ceil(math.log10(max(most, least * 1.01)))
    high = max(high, low + 1)
    drawing = Drawing(
        "batch-time", _HEIGHT, "How long batches took, over time",
        "A bar from the middle batch to the 95th of a hundred, for each piece of time; logarithmic.",
    )  # fmt: skip
    plot = _Plot(drawing, axis, review, high - low)
    plot.scale([float(step) for step in range(high - low + 1)], lambda step: duration(10.0 ** (low + step)))
    rows = []
    for place, bucket in enumerate(axis.buckets):
        row = review.buckets.get(place)
        if row is None or row["most"] is None:
            continue
        middle, most_of = row["percentiles"]
        upper = plot.height_of(math.log10(max(most_of, 1e-5)) - low)
        lower = plot.height_of(math.log10(max(middle, 1e-5)) - low)
        tip = (
            f"{_time(bucket.begin, review)}: median {duration(middle)}, "
            f"95 of 100 within {duration(most_of)}, "
            f"longest {duration(row['most'])}"
        )
        _bar(drawing, bucket.left, bucket.right, upper, max(lower, upper + 2), "bar soft", tip)
        _bar(drawing, bucket.left, bucket.right, lower - 1, lower + 1.5, "bar strong", None)
        rows.append((_time(bucket.begin, review), duration(middle), duration(most_of), duration(row["most"])))
    plot.finish()
    return Chart(
        "batch-time", "How long batches took, over time",
        "Dark: the middle batch (median). Light: up to 95 of 100. Each step is ten times the one below.",
        drawing.markup(), ("from", "median", "95 of 100", "longest"), tuple(rows),
    )  # fmt: skip


def histogram_chart(review: Review) -> Chart:
    """Return how many batches took how long."""
    bins = {row["bin"]: row["batches"] for row in review.histogram}
    first, last = min(bins, default=0), max(bins, default=0)
    # Whole powers of ten at both ends, so that there is something to read.
    first, last = first - 1, last + 1
    width = 1 / (last - first + 1)
    highest = max([*bins.values(), 1])
    drawing = Drawing(
        "histogram", _HEIGHT, "How many batches took how long",
        f"{counted(sum(bins.values()), 'batch', 'batches')} by their duration, on a logarithmic scale.",
    )  # fmt: skip
    bottom = _HEIGHT - _BELOW
    for value in _linear_ticks(highest):
        top = bottom - (bottom - _TOP) * value / highest
        drawing.line(0, top, 1, top, "grid")
        if value:
            write_scale(drawing, top, _short(value))
    rows = []
    for number in range(first, last + 1):
        left, batches = (number - first) * width, bins.get(number, 0)
        begin, end = 10 ** (number / _BARS_PER_TEN), 10 ** ((number + 1) / _BARS_PER_TEN)
        if batches:
            top = bottom - (bottom - _TOP) * batches / highest
            tip = f"{duration(begin)} to {duration(end)}: {counted(batches, 'batch', 'batches')}"
            _bar(drawing, left, left + width, min(top, bottom - 1.5), bottom, "bar", tip)
            rows.append((duration(begin), duration(end), f"{batches:,}"))
    step = _BARS_PER_TEN if last - first > 30 else 5 if last - first > 14 else 2
    for number in range(first, last + 1):
        if number % step == 0 and 0.03 < (number - first) * width < 0.97:
            drawing.text(
                (number - first) * width,
                _HEIGHT - 8,
                duration(10 ** (number / _BARS_PER_TEN)),
                "label",
                anchor="middle",
            )
    drawing.line(0, bottom, 1, bottom, "axis")
    return Chart(
        "histogram",
        "How many batches took how long",
        "",
        drawing.markup(),
        ("from", "to", "batches"),
        tuple(rows),
    )


class _Plot:
    """What the charts along the time have in common: scale, gaps, events, times."""

    def __init__(self, drawing: Drawing, axis: Axis, review: Review, highest: float) -> None:
        self.bottom = drawing.height - _BELOW
        self._drawing, self._axis, self._review, self._highest = drawing, axis, review, highest
        for gap in axis.gaps:
            tip = f"nobody worked on it for {duration(gap.seconds)}"
            drawing.rectangle(gap.left, _TOP, gap.right - gap.left, self.bottom - _TOP, "gap", tip)

    def height_of(self, value: float) -> float:
        return self.bottom - (self.bottom - _TOP) * min(value / self._highest, 1.0)

    def scale(self, ticks: Iterable[float], words: Callable[[float], str]) -> None:
        for value in ticks:
            self._drawing.line(0, self.height_of(value), 1, self.height_of(value), "grid")
            if value:
                write_scale(self._drawing, self.height_of(value), words(value))

    def finish(self) -> None:
        draw_times(self._drawing, self._axis, self._review, self.bottom)
        draw_events(self._drawing, self._axis, self._review, _TOP, self.bottom)


def write_scale(drawing: Drawing, top: float, words: str) -> None:
    """Write a number of a scale, to the left of the image, where the page leaves room for it."""
    drawing.text(0, top + 4, words, "label", anchor="end", shift=-8)


def draw_times(drawing: Drawing, axis: Axis, review: Review, bottom: float) -> None:
    """Draw the axis below a chart, with times."""
    drawing.line(0, bottom, 1, bottom, "axis")
    for tick in axis.ticks(review.zone):
        drawing.line(tick.place, bottom, tick.place, bottom + 4, "axis")
        anchor = "start" if tick.place < 0.02 else "middle"
        drawing.text(tick.place, drawing.height - 8, tick.label, "label", anchor=anchor)


def draw_events(drawing: Drawing, axis: Axis, review: Review, top: float, bottom: float) -> None:
    """Draw where somebody asked for something; what is too close to the one before has a line only."""
    last = -1.0
    for control in review.controls:
        moment = control["requested_at"].timestamp()
        place = axis.place(moment)
        tip = f"{_time(moment, review)}: {control['action']} by {control['requested_by']}"
        drawing.line(place, top - 14, place, bottom, "event", tip)
        if place - last > 0.07 or last < 0:
            anchor = "end" if place > 0.9 else "start" if place < 0.1 else "middle"
            drawing.text(
                place,
                top - 18,
                _CONTROL_WORDS.get(control["action"], str(control["action"])),
                "label event",
                anchor=anchor,
            )
            last = place


def _bar(
    drawing: Drawing, left: float, right: float, top: float, bottom: float, kind: str, tip: str | None
) -> None:
    width = right - left
    gap = min(width * 0.15, 0.002)
    drawing.rectangle(left + gap / 2, top, width - gap, bottom - top, kind, tip)


def _gaps_note(axis: Axis) -> str:
    if not axis.gaps:
        return ""
    note = "Hatched: nobody worked on it"
    cut = [gap for gap in axis.gaps if gap.is_cut]
    if cut:
        note += f"; what lasted long is cut short (in all {duration(sum(gap.seconds for gap in cut))})"
    return note + "."


def _linear_ticks(highest: float) -> list[float]:
    """Return round numbers up to a highest one, at most five.

    >>> _linear_ticks(950_000)
    [0.0, 200000.0, 400000.0, 600000.0, 800000.0]
    """
    rough = highest / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.8)
    return [float(step * number) for number in range(int(highest / step) + 1)]


def _short(value: float) -> str:
    """Return a number for a scale.

    >>> _short(1_500_000), _short(20_000), _short(250), _short(2.5)
    ('1.5 M', '20 k', '250', '2.5')
    """
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.4g}{unit}"
    return f"{value:.4g}"


def _time(moment: float, review: Review) -> str:
    at = datetime.fromtimestamp(moment, review.zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}"
