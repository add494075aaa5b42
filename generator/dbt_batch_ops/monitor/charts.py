"""The charts of a report along its time: rows so far, rows per second, how long batches took."""

from __future__ import annotations

import math

from dbt_batch_ops.monitor.axis import Axis
from dbt_batch_ops.monitor.plot import (
    BELOW,
    HEIGHT,
    TOP,
    Chart,
    Plot,
    draw_bar,
    linear_ticks,
    moment_words,
    short_number,
    write_scale,
)
from dbt_batch_ops.monitor.review import Review
from dbt_batch_ops.monitor.svg import Drawing
from dbt_batch_ops.monitor.wording import counted, duration, rate

_BARS_PER_TEN = 10


def progress_chart(review: Review, axis: Axis) -> Chart:
    """Return rows changed so far, over time."""
    total = review.records
    highest = max(total, review.total, 1)
    drawing = Drawing(
        "progress", HEIGHT, "Rows changed so far",
        f"A line that rises from nothing to {total:,} rows, and stays level where nobody worked.",
    )  # fmt: skip
    plot = Plot(drawing, axis, review, highest)
    plot.scale(linear_ticks(highest), lambda value: f"{short_number(value)}")
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
        rows.append((moment_words(bucket.end, review), f"{sum_so_far:,}", f"{done.get('batches', 0):,}"))
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
        "speed", HEIGHT, "Rows per second",
        f"A bar for each {duration(axis.bucket_seconds)}; the highest is {rate(highest)}.",
    )  # fmt: skip
    plot = Plot(drawing, axis, review, highest)
    plot.scale(linear_ticks(highest), short_number)
    rows = []
    for place, bucket in enumerate(axis.buckets):
        done, wrong = review.buckets.get(place, {}), review.errors.get(place, {})
        speed = speeds.get(place, 0.0)
        top = plot.height_of(speed)
        tip = (
            f"{moment_words(bucket.begin, review)}, {duration(bucket.seconds)}: {rate(speed)}, "
            f"{counted(done.get('batches', 0), 'batch', 'batches')}"
        )
        if speed:
            draw_bar(drawing, bucket.left, bucket.right, top, plot.bottom, "bar", tip)
        rows.append(
            (
                moment_words(bucket.begin, review), f"{done.get('records', 0):,}", f"{speed:,.0f}",
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
        "batch-time", HEIGHT, "How long batches took, over time",
        "A bar from the middle batch to the 95th of a hundred, for each piece of time; logarithmic.",
    )  # fmt: skip
    plot = Plot(drawing, axis, review, high - low)
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
            f"{moment_words(bucket.begin, review)}: median {duration(middle)}, "
            f"95 of 100 within {duration(most_of)}, "
            f"longest {duration(row['most'])}"
        )
        draw_bar(drawing, bucket.left, bucket.right, upper, max(lower, upper + 2), "bar soft", tip)
        draw_bar(drawing, bucket.left, bucket.right, lower - 1, lower + 1.5, "bar strong", None)
        rows.append(
            (moment_words(bucket.begin, review), duration(middle), duration(most_of), duration(row["most"]))
        )
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
        "histogram", HEIGHT, "How many batches took how long",
        f"{counted(sum(bins.values()), 'batch', 'batches')} by their duration, on a logarithmic scale.",
    )  # fmt: skip
    bottom = HEIGHT - BELOW
    for value in linear_ticks(highest):
        top = bottom - (bottom - TOP) * value / highest
        drawing.line(0, top, 1, top, "grid")
        if value:
            write_scale(drawing, top, short_number(value))
    rows = []
    for number in range(first, last + 1):
        left, batches = (number - first) * width, bins.get(number, 0)
        begin, end = 10 ** (number / _BARS_PER_TEN), 10 ** ((number + 1) / _BARS_PER_TEN)
        if batches:
            top = bottom - (bottom - TOP) * batches / highest
            tip = f"{duration(begin)} to {duration(end)}: {counted(batches, 'batch', 'batches')}"
            draw_bar(drawing, left, left + width, min(top, bottom - 1.5), bottom, "bar", tip)
            rows.append((duration(begin), duration(end), f"{batches:,}"))
    step = _BARS_PER_TEN if last - first > 30 else 5 if last - first > 14 else 2
    for number in range(first, last + 1):
        if number % step == 0 and 0.03 < (number - first) * width < 0.97:
            drawing.text(
                (number - first) * width,
                HEIGHT - 8,
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


def _gaps_note(axis: Axis) -> str:
    if not axis.gaps:
        return ""
    note = "Hatched: nobody worked on it"
    cut = [gap for gap in axis.gaps if gap.is_cut]
    if cut:
        note += f"; what lasted long is cut short (in all {duration(sum(gap.seconds for gap in cut))})"
    return note + "."
