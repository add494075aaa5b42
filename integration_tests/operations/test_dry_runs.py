"""``dry_run``: an operation says what it would do, and does nothing."""

import pytest

from support.engine import ledger
from support.engine.sources import records, staged_tables
from support.tables.products import PRODUCTS, create_products, create_shipments, products, statuses


@pytest.fixture
def dry_run(dbt, database):
    """Do without an operation; gives the lines that it says."""

    def dry_run(operation, args=None):
        before = ledger.contents(database)
        said = dbt.run_operation(operation, {**(args or {}), "dry_run": True}).lines
        assert ledger.contents(database) == before
        assert staged_tables(database) == []
        return said

    return dry_run


def test_an_import_tells_its_size_and_writes_nothing(dry_run, database):
    create_products(database)
    given = records(database, PRODUCTS.format(count=8))
    said = dry_run("load_products", {"products": given})
    assert "  rows to insert   8" in said
    assert "  batches          2, of at most 7 rows" in said
    assert 'insert into "test"."public"."product"' in "\n".join(said)
    assert products(database) == []


def test_a_function_is_not_called(dry_run, database):
    database.execute(
        """
        create table job (id bigint primary key, state text);
        create table call (ids bigint[]);
        create function handle(given bigint[]) returns void language sql as 'insert into call values (given)';
        """
    )
    said = dry_run("handle_ids", {"ids": list(range(1, 9))})
    assert "  batches          2, of at most 7 rows" in said
    assert database.rows("select from call") == []


def test_steps_are_told_and_none_is_done(dry_run, database):
    create_shipments(database, 22)
    said = dry_run("release_shipments")
    assert "  rows to read     22" in said
    assert "  then step 2, mark_ready (update)" in said
    assert "  then step 3, drop_empty (delete)" in said
    assert statuses(database) == {"ready": 22}
