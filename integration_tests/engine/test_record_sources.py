"""JSON arrays of records: what a caller may write in them, and where they may come from instead."""

import pytest

from support.engine import ledger
from support.engine.ledger import newest_run
from support.engine.sources import records, relation, staged_tables
from support.engine.steps import source_of_newest_run
from support.tables.products import PRODUCTS, create_products, product_names, products


@pytest.fixture
def database(database):
    create_products(database)
    return database


def give(engine, given, operation="load_products"):
    return engine.run(operation, {"products": given})


def test_a_field_that_a_record_lacks_is_null_and_one_that_nobody_reads_is_left_alone(engine, database):
    give(engine, [{"price": 1, "name": "a", "colour": "red"}, {"name": "b", "price": 2, "stock": None}])
    assert database.rows("select name, stock, details from product order by id") == [
        ("a", None, None),
        ("b", None, None),
    ]


@pytest.mark.parametrize(
    ("details", "stored"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ([], []),
        ("text", "text"),
        (True, True),
        (None, None),
    ],
    ids=["an object", "an array", "a text", "a boolean", "null"],
)
def test_a_json_column_takes_any_value_of_a_field(engine, database, details, stored):
    give(engine, [{"name": "a", "price": 1, "details": details}])
    assert database.value("select details from product") == stored


def test_texts_arrive_as_they_are(engine, database):
    names = ["it's {{ 7*7 }}", 'a "b" \\', "ä ß 漢字 🙂", "$1 %s :name", "", " x "]
    give(engine, [{"name": name, "price": 1} for name in names])
    assert product_names(database) == names


def test_numbers_keep_their_digits(engine, database):
    give(engine, [{"name": "a", "price": "9999.99", "stock": 2147483647}, {"name": "b", "price": 0.01}])
    rows = database.rows("select price::text, stock from product order by id")
    assert rows == [("9999.99", 2147483647), ("0.01", None)]


def test_records_of_a_model_are_imported(engine, database):
    give(engine, relation(database, f"{PRODUCTS.format(count=8)} order by n desc", "offered_product"))
    assert products(database) == database.rows(
        "select name, price, stock, code::text, made_on, details from offered_product order by stock desc"
    )


def test_records_of_a_query_come_in_its_order(engine, database):
    query = "select 'P' || n as name, 1 as price from generate_series(1, 20) as n order by n desc"
    give(engine, {"query": query})
    assert product_names(database) == [f"P{n}" for n in range(20, 0, -1)]


class TestRefused:
    @pytest.fixture
    def refused(self, engine, database):
        """Give something that must be refused, and return what was said; nothing may be written."""
        before = ledger.contents(database)

        def refused(given, operation="load_products"):
            said = engine.refusal(operation, {"products": given})
            assert products(database) == []
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            return said

        return refused

    @pytest.mark.parametrize("given", ["text", 7, True], ids=str)
    def test_what_is_no_list(self, refused, given):
        assert "parameter products: a list of records is needed" in refused(given)

    def test_a_record_without_a_list_around_it(self, refused):
        said = refused({"name": "a", "price": 1})
        assert "parameter products: write a list" in said

    @pytest.mark.parametrize("element", [7, None, "x", ["a"]], ids=str)
    def test_an_element_that_is_no_record(self, refused, element):
        said = refused([{"name": "a", "price": 1}, element])
        assert "1 of 2 rows are invalid" in said
        assert "row 2: not a record with names and values" in said

    def test_nothing_at_all(self, refused):
        assert "parameter products (jsonb) is missing" in refused(None)

    def test_a_query_that_the_spec_does_not_allow(self, refused):
        said = refused({"query": "select 'a' as name, 1 as price"}, "import_only_given_products")
        assert "parameter products does not take a query" in said

    def test_a_query_that_is_wrong(self, refused):
        assert 'column "no_such_column" does not exist' in refused({"query": "select no_such_column"})

    def test_a_model_that_is_not_built(self, refused):
        assert "dbt build --select offered_product" in refused({"ref": "offered_product"})

    def test_a_null_character(self, refused):
        assert "contains a NUL character" in refused([{"name": "a\0b", "price": 1}])


class TestResume:
    @pytest.fixture
    def given(self, database):
        return records(database, PRODUCTS.format(count=500))

    @pytest.fixture
    def operation_id(self, engine, database, given):
        """A run that has records and has imported nothing yet."""
        return engine.open("load_products", {"products": given})["operation_id"]

    def test_the_ledger_keeps_the_number_and_a_digest_of_records_instead_of_their_values(
        self, database, operation_id
    ):
        parameters = database.value("select parameters from batch_ops.runs")
        assert parameters["products"]["records"] == 500
        assert len(str(parameters)) < 500

    def test_the_same_records_may_be_given_again(self, engine, database, operation_id, given):
        engine.run("load_products", {"operation_id": operation_id, "products": given})
        assert len(product_names(database)) == 500
        assert newest_run(database).processed_records == 500

    def test_other_records_are_refused(self, engine, database, operation_id, given):
        args = {"operation_id": operation_id, "products": given[1:]}
        said = engine.refusal("load_products", args)
        assert f"run {operation_id} was opened with other parameters" in said
        assert products(database) == []


def test_the_ledger_says_how_many_records_were_given(engine, database):
    give(engine, [{"name": "a", "price": 1}] * 3)
    source = source_of_newest_run(database)
    assert (source["given"], source["invalid"]) == (3, 0)
