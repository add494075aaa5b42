"""The table that an operation changes: named in every way, in any schema, in parts."""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.entries import create_entries
from support.tables.items import touched


@pytest.mark.parametrize(
    ("operation", "table"), [("touch_source", 'app."Account List"'), ("touch_schema_table", "app.entries")]
)
def test_a_relation_outside_the_target_schema_is_found_by(engine, database, operation, table):
    create_entries(database, table)
    engine.complete(operation)
    assert database.rows(f"select touched, count(*) from {table} group by 1") == [(1, 25)]
    assert_adds_up(newest_run(database), 25)


def test_an_entity_without_a_relation_is_the_table_in_the_target_schema(engine, database):
    """Also where the search path of the database finds another table of that name first."""
    columns = "(id integer primary key, kind text, note text, touched integer not null default 0)"
    database.execute(
        f"create schema other; create table other.item {columns}; create table public.item {columns}"
    )
    database.execute("insert into other.item (id) values (1); insert into public.item (id) values (1)")
    database.execute("alter database test set search_path = other, public")
    engine.complete("touch_items_by_7")
    assert database.row("select a.touched, b.touched from other.item as a, public.item as b") == (0, 1)


def test_reserved_mixed_case_and_quoted_names_are_names(engine, database):
    database.execute(
        """
        create schema "Old Stock";
        create table "Old Stock"."Order" (
            "select" integer, "Mixed Case" text, "user" integer not null default 0, "we""ird" text,
            primary key ("select", "Mixed Case")
        );
        insert into "Old Stock"."Order" select n % 3, 'k' || n from generate_series(1, 25) as n;
        """
    )
    engine.complete("rename_orders", {"Label": "new", "Except": "k7"})
    rows = database.rows(
        'select "user", "we""ird", count(*) from "Old Stock"."Order" group by 1, 2 order by 1'
    )
    assert rows == [(0, None, 1), (1, "new", 24)]
    assert_adds_up(newest_run(database), 24)


@pytest.mark.parametrize(
    "partitions",
    [
        """partition by range (region);
        create table item_low partition of item for values from (minvalue) to (2);
        create table item_high partition of item for values from (2) to (maxvalue)""",
        """partition by hash (region);
        create table item_0 partition of item for values with (modulus 3, remainder 0);
        create table item_1 partition of item for values with (modulus 3, remainder 1);
        create table item_2 partition of item for values with (modulus 3, remainder 2)""",
    ],
    ids=["range", "hash"],
)
def test_every_row_of_a_partitioned_table_is_changed_once_by(engine, database, partitions):
    database.execute(
        f"""
        create table item (
            region integer, id bigint, kind text, touched integer not null default 0, primary key (region, id)
        ) {partitions};
        insert into item (region, id) select n % 4, n from generate_series(1, 500) as n;
        """
    )
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 500}
    run = newest_run(database)
    assert_adds_up(run, 500)
    assert set(run.records[:-1]) == {7}


def test_an_update_of_an_inherited_table_reaches_its_children_once(engine, database):
    """Their keys are not unique across the tables, but no row is in two ranges."""
    database.execute(
        """
        create table item (id integer primary key, kind text, touched integer not null default 0);
        create table special_item (primary key (id)) inherits (item);
        insert into item (id) select generate_series(1, 50);
        insert into special_item (id) select generate_series(26, 60);
        """
    )
    engine.complete("touch_items_by_100")
    assert touched(database) == {1: 85}
