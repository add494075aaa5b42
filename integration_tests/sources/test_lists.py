"""Lists as parameters: what a command line can hold, in any order and with anything in them."""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.items import create_items, touched


def test_ten_thousand_ids_in_any_order_with_duplicates_and_unknown_ones(dbt, database):
    create_items(database, 20_000)
    ids = [*range(10_000, 0, -1), *range(1, 101), 999_999, -5]
    result = dbt.run_operation("touch_listed_items", {"ids": ids})
    assert "10,000 rows to change" in result.output
    assert database.rows("select touched, min(id), max(id), count(*) from item group by touched") == [
        (0, 10_001, 20_000, 10_000),
        (1, 1, 10_000, 10_000),
    ]
    run = newest_run(database)
    assert run.total_is_exact
    assert run.total_records == 10_000
    assert run.records == [100] * 100
    assert_adds_up(run, 10_000)


def test_a_list_of_uuids_takes_the_type_of_the_column(dbt, database):
    create_items(database, 50, key="md5(n::text)::uuid", key_type="uuid")
    ids = [key for (key,) in database.rows("select id::text from item order by random() limit 20")]
    ids[0] = ids[0].upper()
    dbt.run_operation("touch_listed_items", {"ids": ids})
    changed = {key for (key,) in database.rows("select id::text from item where touched = 1")}
    assert changed == {key.lower() for key in ids}


def test_an_empty_list_changes_nothing(dbt, database):
    create_items(database, 50)
    result = dbt.run_operation("touch_listed_items", {"ids": []})
    assert "completed: 0 rows" in result.output
    assert touched(database) == {0: 50}
    assert_adds_up(newest_run(database), 0)


def test_a_null_in_a_list_matches_nothing(dbt, database):
    create_items(database, 50)
    dbt.run_operation("touch_listed_items", {"ids": [None, 7, None]})
    assert database.rows("select id from item where touched = 1") == [(7,)]
    assert_adds_up(newest_run(database), 1)


def test_a_further_condition_narrows_a_list(dbt, database):
    create_items(database, 100)
    dbt.run_operation("touch_listed_items_of_a_kind", {"ids": list(range(1, 41)), "kind": "rare"})
    assert database.rows("select id from item where touched = 1 order by id") == [(10,), (20,), (30,), (40,)]
    assert_adds_up(newest_run(database), 4)


def test_a_list_of_another_column_than_the_key_picks_all_its_rows(dbt, database):
    create_items(database, 100)
    dbt.run_operation("touch_items_of_listed_kinds", {"kinds": ["rare", "rare", "unknown"]})
    assert database.rows("select kind, touched, count(*) from item group by 1, 2 order by 1") == [
        ("rare", 1, 10),
        ("usual", 0, 90),
    ]
    assert_adds_up(newest_run(database), 10)


def test_a_list_under_or_does_not_hide_the_other_rows(dbt, database):
    create_items(database, 100)
    dbt.run_operation("touch_listed_or_rare_items", {"ids": [1, 2, 10]})
    changed = {key for (key,) in database.rows("select id from item where touched = 1")}
    assert changed == {1, 2, *range(10, 101, 10)}
    assert_adds_up(newest_run(database), 12)


@pytest.mark.parametrize("key", ["n", "101 - n"], ids=["ascending", "descending"])
def test_listed_rows_are_changed_in_key_order_whatever_their_place(dbt, database, key):
    create_items(database, 100, key=key)
    database.execute("create table seen (position bigint generated always as identity, id bigint)")
    database.execute(
        """
        create function see() returns trigger language plpgsql as $$
        begin insert into seen (id) values (new.id); return new; end $$;
        create trigger see before update on item for each row execute function see();
        """
    )
    dbt.run_operation("touch_listed_items_of_a_kind", {"ids": list(range(90, 0, -1)), "kind": "usual"})
    seen = [key for (key,) in database.rows("select id from seen order by position")]
    batches = [sorted(seen[start : start + 7]) for start in range(0, len(seen), 7)]
    assert [key for batch in batches for key in batch] == sorted(seen)
    assert len(seen) == 81
