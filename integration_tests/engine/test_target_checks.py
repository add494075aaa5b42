"""What is wrong about the live table is told in one message, before anything is changed."""

from dataclasses import replace

import pytest

from support.database.database import Database
from support.database.roles import NAME, worker_role
from support.engine import ledger
from support.engine.engine import Engine

UNKEYED = "create table checked (code integer not null, amount integer, label text); "
GOOD = "create table checked (code integer primary key, amount integer, label text)"


def refused(engine, database, operation="set_checked"):
    before = ledger.contents(database)
    said = engine.refusal(operation)
    assert ledger.contents(database) == before
    return said


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        (
            "select 1",
            'there is no table "test"."public"."checked" that role postgres can see: check `relation`',
        ),
        ("create view checked as select 1 as code, 1 as amount, '' as label", "checked is not a table"),
        (
            "create materialized view checked as select 1 as code, 1 as amount, '' as label",
            "checked is not a table",
        ),
        (
            "create table checked (code integer primary key, label text)",
            "checked has no column amount; its columns are: code, label",
        ),
        (
            "create table checked (number integer primary key, amount integer, label text)",
            "checked has no column code to walk: name its key columns in the entity",
        ),
        (
            "create table checked (code integer unique, amount integer, label text)",
            "key column code of checked may be null, and rows without a key would be left out",
        ),
        (
            "create table checked (code integer not null, amount integer, label text)",
            "no unique index of checked is on exactly (code), in this order: create a primary key",
        ),
        (
            UNKEYED + "create unique index on checked (code) where amount > 0",
            "no unique index of checked is on exactly (code)",
        ),
        (
            UNKEYED + "create unique index on checked (code, amount)",
            "its unique keys are [code, amount]",
        ),
        (
            UNKEYED + "create unique index on checked ((code + 1))",
            "no unique index of checked is on exactly (code)",
        ),
    ],
    ids=[
        *(
            "no table",
            "a view",
            "a materialized view",
            "no column",
            "no key column",
            "a key that may be null",
        ),
        *(
            "a key that is not unique",
            "unique in part",
            "unique with another column",
            "unique as an expression",
        ),
    ],
)
def test_an_operation_is_refused_on(engine, database, definition, problem):
    database.execute(definition)
    said = refused(engine, database)
    assert "set_checked was not started; nothing was changed:" in said
    assert problem in said


def test_all_problems_with_a_table_are_told_at_once(engine, database):
    database.execute("create table checked (code integer)")
    said = refused(engine, database)
    for problem in ("no column amount", "no column label", "code of checked may be null", "no unique index"):
        assert problem in said


def test_setting_a_part_of_the_live_key_is_refused_although_the_spec_does_not_name_it(engine, database):
    database.execute("create table unkeyed (code integer primary key, label text)")
    database.execute("insert into unkeyed select generate_series(1, 5)")
    said = refused(engine, database, "set_unkeyed")
    assert "sets code, which is part of the key of unkeyed" in said
    assert database.value("select sum(code) from unkeyed") == 15


def test_a_statement_that_cannot_run_is_refused_before_anything_is_recorded(engine, database):
    """A column of another type than the spec says is PostgreSQL's to find."""
    database.execute("create table checked (code integer primary key, amount text, label text)")
    assert "operator does not exist: text + integer" in refused(engine, database)


@pytest.fixture
def worker(database, _renderer, tmp_path):
    """The engine as a role without any privilege but those on the ledger has it."""
    with worker_role(database, tmp_path) as environment:
        grant_ledger(database)
        role = replace(database.connection, user=NAME, password=environment["PGPASSWORD"])
        yield Engine(Database(role), _renderer)


def grant_ledger(database):
    database.execute(
        """
        grant usage, create on schema batch_ops to worker;
        grant all on all tables in schema batch_ops to worker;
        grant all on all sequences in schema batch_ops to worker;
        grant usage on schema public to worker;
        """
    )


@pytest.mark.parametrize(
    ("operation", "granted", "problem"),
    [
        (
            "set_checked",
            "select",
            "role worker may not update rows of checked: GRANT UPDATE ON checked TO worker",
        ),
        (
            "delete_checked",
            "select, update",
            "role worker may not delete rows of checked: GRANT DELETE ON checked",
        ),
        ("set_checked", "update", "role worker may not read checked: GRANT SELECT ON checked TO worker"),
    ],
    ids=["to update", "to delete", "to read"],
)
def test_a_role_without_the_privilege_is_refused(database, worker, operation, granted, problem):
    database.execute(f"{GOOD}; insert into checked values (1, 2); grant {granted} on checked to worker")
    assert problem in refused(worker, database, operation)
    assert database.row("select code, amount, label from checked") == (1, 2, None)


def test_privileges_on_the_columns_that_are_set_are_enough(database, worker):
    database.execute(f"{GOOD}; insert into checked values (1, 2)")
    database.execute("grant select, update (amount, label) on checked to worker")
    worker.complete("set_checked")
    assert database.row("select code, amount, label from checked") == (1, 3, "done")
