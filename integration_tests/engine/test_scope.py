"""Which rows a run changes: a scope frozen when it is opened, limits, and rows that come and go meanwhile."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.statements import work
from support.tables.items import create_items, touched


@pytest.fixture
def moving(engine, database):
    """A run over the keys 10, 20, ... 50000 that stands at 16000 while rows come and go around it."""
    create_items(database, 5_000, key="n * 10")
    operation_id = engine.open("touch_items_by_100")["operation_id"]
    with database.session() as session:
        work(session, operation_id)
    assert touched(database) == {0: 3_400, 1: 1_600}
    database.execute("insert into item (id) values (15), (40005), (50001), (60000)")
    database.execute("delete from item where id between 30000 and 30990 or id in (20, 50000)")
    engine.work_off(operation_id)
    return database


@pytest.mark.parametrize(
    ("key", "times", "place"),
    [
        (15, 0, "behind the position"),
        (40005, 1, "ahead"),
        (50001, 0, "behind the frozen end"),
        (60000, 0, "far behind the frozen end"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_row_that_comes_during_a_run_is_changed_only_ahead_of_it(moving, key, times, place):
    assert moving.value("select touched from item where id = %s", [key]) == times


def test_rows_that_go_during_a_run_leave_ranges_and_sums_right(moving):
    assert moving.value("select count(*) from item where touched <> 1 and id not in (15, 50001, 60000)") == 0
    assert_adds_up(newest_run(moving), 5_000 - 101 + 1)


def test_a_run_over_staged_keys_changes_only_rows_that_matched_from_beginning_to_end(engine, database):
    create_items(database, 10_000)
    operation_id = engine.open("touch_rare_items_by_keys")["operation_id"]
    database.execute("update item set kind = 'rare' where id in (5, 9999)")
    database.execute("update item set kind = 'usual' where id = 5000")
    database.execute("delete from item where id = 6000")
    engine.work_off(operation_id)
    changed = [key for (key,) in database.rows("select id from item where touched = 1 order by id")]
    assert changed == [key for key in range(10, 10_001, 10) if key not in (5000, 6000)]
    assert newest_run(database).total_records == 1_000
    assert_adds_up(newest_run(database), 998)


def test_one_row_over_max_records_is_refused_and_nothing_is_changed_or_recorded(engine, database):
    create_items(database, 210)
    before = ledger.contents(database)
    said = engine.refusal("touch_at_most_20_items")
    assert "more than max_records = 20 rows match" in said
    assert "on_limit: stop" in said
    assert touched(database) == {0: 210}
    assert ledger.contents(database) == before
    assert database.value("select count(*) from pg_class where relname like 'staged%'") == 0


def test_exactly_max_records_rows_are_changed(engine, database):
    create_items(database, 200)
    engine.complete("touch_at_most_20_items")
    assert touched(database) == {0: 180, 1: 20}
    assert_adds_up(newest_run(database), 20)


def test_on_limit_stop_changes_the_first_rows_in_key_order(engine, database):
    create_items(database, 0)
    database.execute(
        "insert into item (id, kind) select n * 3, 'rare' from generate_series(1000, -1000, -1) as n"
    )
    engine.complete("touch_first_20_items")
    changed = [key for (key,) in database.rows("select id from item where touched = 1 order by id")]
    assert changed == [n * 3 for n in range(-1000, -980)]
    assert_adds_up(newest_run(database), 20)


@pytest.mark.parametrize(
    ("index", "iterate_by"), [(True, "keys"), (False, "range")], ids=["index", "no index"]
)
def test_few_rows_are_staged_when_an_index_finds_them_and_else_walked_to(engine, database, index, iterate_by):
    create_items(database, 300_000, rare_every=100_000)
    if index:
        database.execute("create index on item (kind)")
    engine.complete("touch_rare_items")
    run = newest_run(database)
    assert run.iterate_by == iterate_by
    assert touched(database) == {0: 299_997, 1: 3}
    assert_adds_up(run, 3)
    # Once the condition proved rare, which the first sixteen batches tell, a batch looks at 1,600 keys.
    assert len(run.batches) <= (1 if index else 300_000 / 1_600 + 20)


def test_staged_keys_are_gone_when_the_run_is_completed(engine, database):
    create_items(database, 100)
    engine.complete("touch_rare_items_by_keys")
    assert database.value("select count(*) from pg_class where relname like 'staged%'") == 0
