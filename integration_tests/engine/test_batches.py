"""Batches: their sizes, their ranges and their record, for tables of every size."""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.items import create_items, touched


@pytest.mark.parametrize(
    ("batch_size", "rows", "batches"),
    [(1, 50, 50), (7, 500, 72), (100, 2_345, 24), (1000, 2_345, 3), (1000, 1_000, 1), (1000, 1_001, 2)],
)
def test_every_row_is_changed_once_in_batches_of_the_size(engine, database, batch_size, rows, batches):
    create_items(database, rows)
    engine.complete(f"touch_items_by_{batch_size}")
    assert touched(database) == {1: rows}
    run = newest_run(database)
    assert_adds_up(run, rows)
    assert run.batch_size == batch_size
    assert len(run.batches) == batches
    assert set(run.records[:-1]) <= {batch_size}, "only the last batch may be smaller"


def test_one_row_is_one_batch_from_the_beginning_to_it(engine, database):
    create_items(database, 1)
    engine.complete("touch_items_by_100")
    run = newest_run(database)
    assert_adds_up(run, 1)
    assert [(batch.lo, batch.hi) for batch in run.batches] == [(None, [1])]


def test_an_empty_table_is_a_completed_run_without_batches(engine, database):
    create_items(database, 0)
    engine.complete("touch_items_by_100")
    run = newest_run(database)
    assert_adds_up(run, 0)
    assert run.batches == []


@pytest.mark.parametrize(
    "operation", ["touch_rare_items_by_range", "touch_rare_items_by_keys", "drop_rare_items"]
)
def test_nothing_is_changed_when_nothing_matches(engine, database, operation):
    create_items(database, 500, rare_every=1_000)
    engine.complete(operation)
    assert touched(database) == {0: 500}
    assert_adds_up(newest_run(database), 0)


def test_rows_that_do_not_match_stay_as_they_are(engine, database):
    create_items(database, 5_000)
    engine.complete("touch_rare_items_by_range")
    assert database.rows("select touched, kind, count(*) from item group by 1, 2 order by 1") == [
        (0, "usual", 4_500),
        (1, "rare", 500),
    ]
    assert_adds_up(newest_run(database), 500)


def test_a_delete_counts_the_rows_that_it_removed(engine, database):
    create_items(database, 500)
    engine.complete("drop_rare_items")
    assert database.row("select count(*), count(*) filter (where kind = 'rare') from item") == (450, 0)
    assert_adds_up(newest_run(database), 50)


def test_gaps_in_the_keys_make_no_empty_batches(engine, database):
    create_items(database, 300, key="n * n * 1000000000")
    engine.complete("touch_items_by_100")
    run = newest_run(database)
    assert_adds_up(run, 300)
    assert run.records == [100, 100, 100]


def test_a_gap_behind_keys_without_one_costs_a_claim_of_empty_batches_at_most(engine, database):
    # Half of the rows match: it is read off the keys, not off what was changed, that they can be counted on.
    create_items(database, 4_000, rare_every=2, key="n + case when n > 3000 then 1000000000 else 0 end")
    engine.complete("touch_rare_items_by_range")
    run = newest_run(database)
    assert_adds_up(run, 2_000)
    assert run.records[:30] == [50] * 30
    assert run.records.count(0) <= 15
    assert sum(run.records[-10:]) == 500


def test_keys_below_zero_and_at_the_ends_of_the_type_are_reached(engine, database):
    create_items(database, 20, key="n - 10")
    database.execute("insert into item (id) values (-9223372036854775808), (9223372036854775807)")
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 22}
    assert_adds_up(newest_run(database), 22)
