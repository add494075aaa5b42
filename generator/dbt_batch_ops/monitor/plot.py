"""What the charts of a report have in common: scale, times, gaps and events along the axis, bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from dbt_batch_ops.monitor.axis import Axis
from dbt_batch_ops.monitor.review import Review
from dbt_batch_ops.monitor.svg import Drawing
from dbt_batch_ops.monitor.wording import duration

TOP = 32.0
BELOW = 26.0
HEIGHT = 220.0

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


class Plot:
    """A drawing along the time of a run, with a scale that begins at nothing; gaps are hatched first."""

    def __init__(self, drawing: Drawing, axis: Axis, review: Review, highest: float) -> None:
        self.bottom = drawing.height - BELOW
        self._drawing, self._axis, self._review, self._highest = drawing, axis, review, highest
        for gap in axis.gaps:
            tip = f"nobody worked on it for {duration(gap.seconds)}"
            drawing.rectangle(gap.left, TOP, gap.right - gap.left, self.bottom - TOP, "gap", tip)

    def height_of(self, value: float) -> float:
        """Return where a value is, from the top of the drawing."""
        return self.bottom - (self.bottom - TOP) * min(value / self._highest, 1.0)

    def scale(self, ticks: Iterable[float], words: Callable[[float], str]) -> None:
        """Draw lines at some values, and write them beside."""
        for value in ticks:
            self._drawing.line(0, self.height_of(value), 1, self.height_of(value), "grid")
            if value:
                write_scale(self._drawing, self.height_of(value), words(value))

    def finish(self) -> None:
        """Draw the axis with its times, and what somebody asked for, over the rest."""
        draw_times(self._drawing, self._axis, self._review, self.bottom)
        draw_events(self._drawing, self._axis, self._review, TOP, self.bottom)


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
        tip = f"{moment_words(moment, review)}: {control['action']} by {control['requested_by']}"
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


def draw_bar(
    drawing: Drawing, left: float, right: float, top: float, bottom: float, kind: str, tip: str | None
) -> None:
    """Draw a bar, a little narrower than its place."""
    width = right - left
    gap = min(width * 0.15, 0.002)
    drawing.rectangle(left + gap / 2, top, width - gap, bottom - top, kind, tip)


def linear_ticks(highest: float) -> list[float]:
    """Return round numbers up to a highest one, at most five.

    >>> linear_ticks(950_000)
    [0.0, 200000.0, 400000.0, 600000.0, 800000.0]
    """
    rough = highest / 4
    size = 10 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.8)
    return [float(step * number) for number in range(int(highest / step) + 1)]


def short_number(value: float) -> str:
    """Return a number for a scale.

    >>> short_number(1_500_000), short_number(20_000), short_number(250), short_number(2.5)
    ('1.5 M', '20 k', '250', '2.5')
    """
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:.4g}{unit}"
    return f"{value:.4g}"


def moment_words(moment: float, review: Review) -> str:
    """Return a moment in the time zone of the report, to a tenth of a second."""
    at = datetime.fromtimestamp(moment, review.zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}"
