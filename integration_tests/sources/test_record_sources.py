"""JSON arrays of records by ``dbt run-operation``: how values come through, and models that dbt has built."""

import pytest

from support.engine import ledger
from support.engine.ledger import newest_run
from support.engine.sources import records, staged_tables
from support.tables.products import PRODUCTS, create_products, product_names, products


@pytest.fixture
def database(database):
    create_products(database)
    return database


def give(dbt, given, operation="load_products", **options):
    return dbt.run_operation(operation, {"products": given}, **options)


def test_texts_arrive_as_they_are(dbt, database):
    names = ["it's {{ 7*7 }}", 'a "b" \\', "ä ß 漢字 🙂", "$1 %s :name", "", " x "]
    give(dbt, [{"name": name, "price": 1} for name in names])
    assert product_names(database) == names


def test_numbers_keep_their_digits(dbt, database):
    give(dbt, [{"name": "a", "price": "9999.99", "stock": 2147483647}, {"name": "b", "price": 0.01}])
    rows = database.rows("select price::text, stock from product order by id")
    assert rows == [("9999.99", 2147483647), ("0.01", None)]


def test_records_of_a_model_that_dbt_has_built_are_imported(dbt, database):
    dbt.run("run", "--select", "offered_product")
    give(dbt, {"ref": "offered_product"})
    assert products(database) == database.rows(
        "select name, price, stock, code::text, made_on, details from offered_product order by stock"
    )


class TestRefused:
    @pytest.fixture
    def refused(self, dbt, database):
        """Give something that must be refused, and return what was said; nothing may be written."""
        before = ledger.contents(database)

        def refused(given, operation="load_products"):
            result = give(dbt, given, operation, check=False)
            assert result.exit_code == 1, str(result)
            assert products(database) == []
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            assert "Traceback" not in result.output
            return result.output

        return refused

    def test_nothing_at_all(self, refused):
        assert "parameter products (jsonb) is missing" in refused(None)

    def test_an_element_that_is_no_record(self, refused):
        said = refused([{"name": "a", "price": 1}, ["a"]])
        assert "1 of 2 rows are invalid" in said
        assert "row 2: not a record with names and values" in said

    def test_a_query_that_is_wrong(self, refused):
        assert 'column "no_such_column" does not exist' in refused({"query": "select no_such_column"})

    def test_a_null_character(self, refused):
        assert "contains a NUL character" in refused([{"name": "a\0b", "price": 1}])


def test_a_run_goes_on_with_the_same_records(engine, dbt, database):
    given = records(database, PRODUCTS.format(count=500))
    operation_id = engine.open("load_products", {"products": given})["operation_id"]
    dbt.run_operation("load_products", {"operation_id": operation_id, "products": given})
    assert len(product_names(database)) == 500
    assert newest_run(database).processed_records == 500
