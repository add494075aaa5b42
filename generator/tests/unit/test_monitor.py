"""What a picture and a page are made of, as far as it needs no database: speeds, axes, words, drawings."""

import doctest
import importlib
import itertools
import pkgutil
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import dbt_batch_ops.monitor
from dbt_batch_ops.monitor.axis import Axis, merged
from dbt_batch_ops.monitor.forecast import Done, recent_speed, seconds_left
from dbt_batch_ops.monitor.svg import Drawing
from dbt_batch_ops.monitor.wording import one_line

MODULES = sorted(module.name for module in pkgutil.iter_modules(dbt_batch_ops.monitor.__path__))


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_the_documentation_are_true(module):
    assert doctest.testmod(importlib.import_module(f"dbt_batch_ops.monitor.{module}")).failed == 0


class TestSpeed:
    def test_it_is_that_of_the_last_seconds_and_not_the_average(self):
        slow = [Done(n, n + 1.0, 10, 10) for n in range(100)]
        fast = [Done(100 + n / 10, 100 + (n + 1) / 10, 100, 100) for n in range(100)]
        assert recent_speed([*slow, *fast], 110.0, 0.0, is_cut=False).records == pytest.approx(1_000)

    def test_batches_that_take_minutes_have_a_window_of_minutes(self):
        batches = [Done(n * 60.0, (n + 1) * 60.0, 600, 600) for n in range(10)]
        assert recent_speed(batches, 600.0, 0.0, is_cut=False).records == pytest.approx(10)

    def test_it_begins_anew_when_a_run_goes_on(self):
        before = [Done(n, n + 1.0, 10, 10) for n in range(10)]
        after = [Done(1_000.0, 1_001.0, 500, 500), Done(1_001.0, 1_002.0, 500, 500)]
        assert recent_speed([*before, *after], 1_002.0, 1_000.0, is_cut=False).records == pytest.approx(500)

    def test_of_more_batches_than_were_read_only_their_own_time_counts(self):
        newest = [Done(99 + n / 1000, 99 + (n + 1) / 1000, 10, 10) for n in range(1_000)]
        assert recent_speed(newest, 100.0, 0.0, is_cut=True).records == pytest.approx(10_000, rel=0.01)

    def test_a_run_that_stands_still_has_no_time_left_to_tell(self):
        old = [Done(0.0, 1.0, 10, 10)]
        speed = recent_speed(old, 100.0, 0.0, is_cut=False)
        assert speed.records == 0
        assert seconds_left(100, 10, speed.rows) is None


class TestAxis:
    def test_pieces_tile_it(self):
        axis = Axis([(0.0, 100.0), (130.0, 200.0), (90_000.0, 90_050.0)])
        pieces = sorted([*axis.spans, *axis.gaps], key=lambda piece: piece.begin)
        edges = [0.0, *(piece.right for piece in pieces)]
        assert [piece.left for piece in pieces] == pytest.approx(edges[:-1])
        assert edges[-1] == pytest.approx(1)
        assert [bucket.begin for bucket in axis.buckets] == sorted(bucket.begin for bucket in axis.buckets)
        assert sum(bucket.seconds for bucket in axis.buckets) == pytest.approx(axis.active_seconds)

    def test_a_night_of_pause_does_not_push_the_work_aside(self):
        axis = Axis([(0.0, 60.0), (36_000.0, 36_060.0)])
        (gap,) = axis.gaps
        assert gap.is_cut
        assert gap.right - gap.left < 0.1
        assert axis.place(60.0) == pytest.approx(gap.left)
        assert axis.place(36_000.0) == pytest.approx(gap.right)

    @pytest.mark.parametrize("seconds", [0.0, 0.001, 0.9, 59, 3_600, 86_400 * 40, 86_400 * 4_000])
    def test_there_are_some_hundred_buckets_at_most_and_few_times_below(self, seconds):
        axis = Axis([(1_764_000_000.0, 1_764_000_000.0 + seconds)])
        assert 1 <= len(axis.buckets) <= 240
        ticks = axis.ticks(timezone.utc)
        assert 1 <= len(ticks) <= 7
        places = [tick.place for tick in ticks]
        assert all(after - before >= 0.15 for before, after in itertools.pairwise(places))

    def test_many_short_gaps_are_no_gaps(self):
        spans = [(n * 10.0, n * 10.0 + 9.999) for n in range(5_000)]
        assert len(merged(spans)) == 1
        assert len(merged([(n * 100.0, n * 100.0 + 1) for n in range(5_000)])) <= 40

    def test_times_are_in_the_zone_of_the_run(self):
        start = datetime(2026, 11, 25, 12, 0, tzinfo=timezone.utc).timestamp()
        ticks = Axis([(start, start + 3_600)]).ticks(ZoneInfo("Asia/Kolkata"))
        assert ticks[0].label.startswith("17:30")
        late = Axis([(start, start + timedelta(days=2).total_seconds())]).ticks(ZoneInfo("Asia/Kolkata"))
        assert late[0].label.startswith("25 Nov 17:30")


def test_what_is_drawn_is_escaped():
    drawing = Drawing("x", 10, "<b>", 'a "quoted" & <i>')
    drawing.rectangle(0, 0, 1, 10, "bar", "</title><script>1</script>")
    drawing.text(0, 5, "<script>2</script>", "label")
    markup = drawing.markup()
    assert "<script" not in markup
    assert "&lt;script&gt;2&lt;/script&gt;" in markup


def test_what_others_wrote_cannot_steer_a_terminal():
    assert one_line("a\x1b]0;owned\x07b\r\nc\x9b2J\u202e") == "a ]0;owned b c 2J"
