"""Inserts: every row that a run is given becomes one row of the table, whatever it is given as."""

import pytest

from support.database.public_folder import public_folder
from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import EDGES, batch_sizes, csv_file, records, relation, staged_tables
from support.engine.steps import only_step
from support.selection.matrices import FULL, crossed
from support.tables.products import PRODUCTS, create_products, product_names, products


@pytest.fixture
def folder():
    """A folder that the server can read."""
    with public_folder() as folder:
        yield folder


@pytest.fixture
def database(database):
    create_products(database)
    return database


@pytest.fixture
def give(database, folder):
    """Hand the rows of a query to an operation that takes them in some way: its name and its arguments."""

    def give(source, query):
        if source == "a file":
            return "import_product_file", {"csv_file": csv_file(database, query, folder / "products.csv")}
        given = {
            "records": lambda: records(database, query),
            "a query": lambda: {"query": query},
            "a model": lambda: relation(database, query, "offered_product"),
        }
        return "load_products", {"products": given[source]()}

    return give


@crossed(source=["records", "a query", "a model", "a file"], count=EDGES)
def test_every_row_is_inserted_once_in_full_batches(engine, database, give, source, count):
    query = PRODUCTS.format(count=count)
    engine.complete(*give(source, query))
    expected = database.rows(
        "select name, price, stock, code::text, made_on, details "
        f"from ({query}) as given order by details['n']"
    )
    assert products(database) == expected
    run = newest_run(database)
    assert run.records == batch_sizes(count)
    assert run.iterate_by == "rows"
    assert run.total_records == count
    assert run.total_is_exact
    assert_adds_up(run, count)
    assert staged_tables(database) == []


@FULL
def test_a_million_rows_of_a_query_are_inserted(engine, database):
    query = PRODUCTS.format(count=1_000_000)
    engine.complete("import_many_products", {"products": {"query": query}})
    assert database.row("select count(*), count(distinct name), sum(price) from product") == database.row(
        f"select count(*), count(distinct name), sum(price) from ({query}) as given"
    )
    assert_adds_up(newest_run(database), 1_000_000)


def test_every_row_of_a_run_has_the_same_start(engine, database, give):
    engine.complete(*give("records", PRODUCTS.format(count=8)))
    assert database.value(
        "select count(*) = 8 from product inner join batch_ops.runs on imported_at = started_at"
    )


def test_a_value_is_computed_from_fields_and_parameters(engine, database):
    given = [{"name": "apple", "price": "2.00"}, {"name": "pear", "price": 4}]
    engine.complete("import_priced_products", {"products": given, "suffix": "it's {{ new }}"})
    assert database.rows("select name, price::text, stock from product order by id") == [
        ("APPLE it's {{ new }}", "3.00", 5),
        ("PEAR it's {{ new }}", "6.00", 5),
    ]


def test_an_insert_without_rows_inserts_one(engine, database):
    engine.complete("add_product", {"name": "it's one"})
    assert database.rows("select name, price::text, imported_at is not null from product") == [
        ("it's one", "9.99", True)
    ]
    assert_adds_up(newest_run(database), 1)


def test_an_insert_from_its_own_table_does_not_meet_what_it_has_inserted(engine, database):
    """New rows get keys that lie between those of the rows that are still to come, and match as they do."""
    database.execute(
        """
        insert into product (id, name, price, stock) overriding system value
        select n * 100, 'P' || n, n, mod(n, 2) from generate_series(1, 30) as n;
        alter table product alter column id restart with 1001;
        """
    )
    engine.complete("repeat_products")
    again = "select name, count(*) from product where id % 100 <> 0 group by 1 having count(*) > 1"
    assert database.rows(again) == []
    assert database.value("select count(*) from product") == 45
    assert_adds_up(newest_run(database), 15)


def test_an_error_in_a_batch_keeps_the_batches_before_and_the_run_goes_on_when_it_is_mended(
    engine, database, give
):
    database.execute("alter table product add constraint unlucky check (name <> 'Product 10')")
    failed = engine.run(*give("records", PRODUCTS.format(count=20)))
    assert failed["status"] == "failed"
    assert failed["newest_error"]["batch_number"] == 2
    assert 'violates check constraint "unlucky"' in failed["newest_error"]["error_message"]
    assert product_names(database) == [f"Product {n}" for n in range(1, 8)]
    assert staged_tables(database) != []
    database.execute("alter table product drop constraint unlucky")
    engine.complete("load_products", {"operation_id": newest_run(database).operation_id})
    assert product_names(database) == [f"Product {n}" for n in range(1, 21)]
    assert_completed_with(database, 20)


def assert_completed_with(database, count):
    run = newest_run(database)
    assert (run.status, run.processed_records, run.records) == ("completed", count, batch_sizes(count))
    assert staged_tables(database) == []


class TestMaxRecords:
    def give(self, count):
        return {"products": [{"name": f"P{n}", "price": n} for n in range(1, count + 1)]}

    @pytest.mark.parametrize("operation", ["import_at_most_10_products", "import_first_10_products"])
    def test_as_many_rows_as_allowed_are_inserted(self, engine, database, operation):
        engine.complete(operation, self.give(10))
        assert_adds_up(newest_run(database), 10)
        assert len(product_names(database)) == 10

    def test_one_row_too_many_is_refused_before_anything_is_written(self, engine, database):
        before = ledger.contents(database)
        assert "more than max_records = 10 rows" in engine.refusal(
            "import_at_most_10_products", self.give(11)
        )
        assert product_names(database) == []
        assert ledger.contents(database) == before
        assert staged_tables(database) == []

    def test_on_limit_stop_inserts_the_first_of_them_and_records_how_many_are_left_out(
        self, engine, database
    ):
        engine.complete("import_first_10_products", self.give(25))
        assert product_names(database) == [f"P{n}" for n in range(1, 11)]
        assert_adds_up(newest_run(database), 10)
        assert only_step(database).source["left_out"] == 15
