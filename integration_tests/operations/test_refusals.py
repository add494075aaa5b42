"""What an operation prints when it may not start: one message, no traceback, and nothing is changed.

Every reason for which the engine refuses one is in ``engine/``.
"""

import json

import pytest

from support.database.roles import worker_role
from support.engine import ledger
from support.tables.claims import create_claims, states
from support.tables.items import create_items, create_items_with_key, touched
from support.tables.products import create_metrics, create_products, create_shipments, product_names

CHECKED = "create table checked (code integer primary key, amount integer, label text)"


@pytest.fixture
def refused(dbt, database):
    """Run an operation that has to be refused; gives what it said."""

    def run(operation, args=None, *, environment=None):
        before = ledger.contents(database)
        given = ["--args", json.dumps(args)] if args else []
        result = dbt.run("run-operation", operation, *given, check=False, environment=environment)
        assert result.exit_code == 1, str(result)
        assert "Traceback" not in result.output
        assert ledger.contents(database) == before
        return result.output

    return run


def test_all_problems_with_a_table_are_told_at_once(refused, database):
    database.execute("create table checked (code integer)")
    said = refused("set_checked")
    assert "set_checked was not started; nothing was changed:" in said
    for problem in ("no column amount", "no column label", "code of checked may be null", "no unique index"):
        assert problem in said


def test_a_statement_that_cannot_run(refused, database):
    database.execute("create table checked (code integer primary key, amount text, label text)")
    assert "operator does not exist: text + integer" in refused("set_checked")


def test_a_key_of_which_equal_values_can_be_spelt_differently(refused, database):
    create_items_with_key(database, {"a": "interval", "b": "integer"})
    said = refused("touch_items_by_7")
    assert "key column a of item is of a type whose equal values can be spelt differently" in said


def test_a_list_that_is_none(refused, database):
    create_items(database, 10)
    assert "parameter ids: a list of bigint is needed, not 7" in refused("touch_listed_items", {"ids": 7})


def test_more_rows_than_max_records_match(refused, database):
    create_items(database, 210)
    said = refused("touch_at_most_20_items")
    assert "more than max_records = 20 rows match" in said
    assert "on_limit: stop" in said
    assert touched(database) == {0: 210}


def test_more_rows_than_max_records_are_given(refused, database):
    create_products(database)
    given = [{"name": f"P{n}", "price": n} for n in range(1, 12)]
    said = refused("import_at_most_10_products", {"products": given})
    assert "more than max_records = 10 rows" in said
    assert product_names(database) == []


def test_a_function_that_is_not_there(refused, database):
    database.execute("create table job (id bigint primary key, state text)")
    said = refused("handle_ids", {"ids": [1]})
    assert "there is no function handle" in said
    assert "takes one argument" in said


def test_a_function_of_a_step_that_is_not_there(refused, database):
    create_shipments(database, 5, "'stale'")
    assert "step fetch: there is no function app.fetch_weights" in refused("fetch_and_merge")


def test_conflict_columns_without_a_unique_index(refused, database):
    create_metrics(database)
    database.execute("alter table metric drop constraint metric_code_key")
    assert "no unique" in refused("merge_metrics", {"measures": [{"code": "M1", "amount": 1}]})


class TestPreconditions:
    @pytest.fixture
    def claims(self, database):
        create_claims(database, 20)
        database.execute(
            "create function may_reopen(day date) returns boolean language sql as 'select false'"
        )
        return database

    @pytest.mark.parametrize("dry_run", [False, True], ids=["a run", "a dry run"])
    def test_every_one_that_fails_is_named(self, refused, claims, dry_run):
        said = refused("reopen_claims", {"at_least": 6, "dry_run": dry_run})
        assert "reopen_claims was not started; nothing was changed: these preconditions do not hold:" in said
        assert "- COUNT(*) FILTER (WHERE state = 'approved') >= :at_least" in said
        assert "- may_reopen(CURRENT_DATE)" in said
        assert states(claims) == {"open": 20}


class TestRoles:
    @pytest.fixture
    def worker(self, database, tmp_path):
        """A role without any privilege; gives the environment in which dbt runs as it."""
        with worker_role(database, tmp_path) as environment:
            yield environment

    def test_one_that_may_not_use_the_ledger_is_told_what_it_needs(self, refused, database, worker):
        database.execute(f"{CHECKED}; grant all on checked to worker")
        said = refused("set_checked", environment=worker)
        assert "worker" in said
        assert "GRANT USAGE" in said.upper()
        assert "batch_ops" in said


def test_without_a_database_dbt_says_so_and_fails(dbt, database, tmp_path):
    environment = {"PGPORT": "1", "DBT_TARGET_PATH": str(tmp_path)}
    result = dbt.run("run-operation", "touch_items_by_7", check=False, environment=environment)
    assert result.exit_code != 0
    assert "Connection refused" in result.output
