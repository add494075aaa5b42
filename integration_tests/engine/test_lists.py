"""Lists as parameters, in any order and with anything in them."""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.items import create_items, touched


def test_a_list_of_uuids_takes_the_type_of_the_column(engine, database):
    create_items(database, 50, key="md5(n::text)::uuid", key_type="uuid")
    ids = [key for (key,) in database.rows("select id::text from item order by random() limit 20")]
    ids[0] = ids[0].upper()
    engine.run("touch_listed_items", {"ids": ids})
    changed = {key for (key,) in database.rows("select id::text from item where touched = 1")}
    assert changed == {key.lower() for key in ids}


def test_an_empty_list_changes_nothing(engine, database):
    create_items(database, 50)
    engine.run("touch_listed_items", {"ids": []})
    assert touched(database) == {0: 50}
    assert_adds_up(newest_run(database), 0)


def test_a_null_in_a_list_matches_nothing(engine, database):
    create_items(database, 50)
    engine.run("touch_listed_items", {"ids": [None, 7, None]})
    assert database.rows("select id from item where touched = 1") == [(7,)]
    assert_adds_up(newest_run(database), 1)


def test_a_further_condition_narrows_a_list(engine, database):
    create_items(database, 100)
    engine.run("touch_listed_items_of_a_kind", {"ids": list(range(1, 41)), "kind": "rare"})
    assert database.rows("select id from item where touched = 1 order by id") == [(10,), (20,), (30,), (40,)]
    assert_adds_up(newest_run(database), 4)


def test_a_list_of_another_column_than_the_key_picks_all_its_rows(engine, database):
    create_items(database, 100)
    engine.run("touch_items_of_listed_kinds", {"kinds": ["rare", "rare", "unknown"]})
    assert database.rows("select kind, touched, count(*) from item group by 1, 2 order by 1") == [
        ("rare", 1, 10),
        ("usual", 0, 90),
    ]
    assert_adds_up(newest_run(database), 10)


def test_a_list_under_or_does_not_hide_the_other_rows(engine, database):
    create_items(database, 100)
    engine.run("touch_listed_or_rare_items", {"ids": [1, 2, 10]})
    changed = {key for (key,) in database.rows("select id from item where touched = 1")}
    assert changed == {1, 2, *range(10, 101, 10)}
    assert_adds_up(newest_run(database), 12)


@pytest.mark.parametrize("key", ["n", "101 - n"], ids=["ascending", "descending"])
def test_listed_rows_are_changed_in_key_order_whatever_their_place(engine, database, key):
    create_items(database, 100, key=key)
    database.execute("create table seen (position bigint generated always as identity, id bigint)")
    database.execute(
        """
        create function see() returns trigger language plpgsql as $$
        begin insert into seen (id) values (new.id); return new; end $$;
        create trigger see before update on item for each row execute function see();
        """
    )
    engine.run("touch_listed_items_of_a_kind", {"ids": list(range(90, 0, -1)), "kind": "usual"})
    seen = [key for (key,) in database.rows("select id from seen order by position")]
    batches = [sorted(seen[start : start + 7]) for start in range(0, len(seen), 7)]
    assert [key for batch in batches for key in batch] == sorted(seen)
    assert len(seen) == 81
