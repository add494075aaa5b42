"""Invalid rows: each is recorded with what is wrong with it and left out, or nothing is written at all."""

import pytest

from support.database.public_folder import public_folder
from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import staged_tables
from support.engine.steps import source_of_newest_run
from support.tables.products import create_products, product_names

GOOD = {"name": "good", "price": 1, "stock": 1}


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
def import_records(engine):
    def import_records(records, operation="import_checked_products"):
        return engine.run(operation, {"products": records})

    return import_records


@pytest.fixture
def write(folder):
    """Write a file that the server can read and return the argument that names it."""

    def write(text):
        file = folder / "products.csv"
        file.write_text(text)
        file.chmod(0o644)
        return {"csv_file": str(file)}

    return write


def errors(database, *columns):
    return database.rows(f"select {', '.join(columns)} from batch_ops.errors order by row_number")


def test_a_row_that_breaks_several_rules_is_recorded_once_with_all_of_them(database, import_records):
    import_records([{"name": None, "price": -1, "stock": 5000}])
    ((message, code, batch),) = errors(database, "error_message", "sqlstate", "batch_number")
    broken = ("price > 0", "stock < :most OR stock IS NULL", "name is missing, and may not be null")
    assert [rule in message for rule in broken] == [True] * 3
    assert (code, batch) == ("23514", None)


def test_rows_that_end_at_the_last_allowed_value_are_valid(database, import_records):
    import_records([{"name": "x" * 20, "price": 9999.99, "stock": 999, "made_on": "2024-02-29"}])
    assert len(product_names(database)) == 1
    assert errors(database, "error_message") == []


def test_the_parameters_of_a_rule_are_bound(engine, database):
    args = {"products": [{**GOOD, "stock": 5}, {**GOOD, "name": "other", "stock": 4}], "most": 5}
    engine.run("import_checked_products", args)
    assert product_names(database) == ["other"]


def test_when_all_rows_are_invalid_the_run_completes_with_none(database, import_records):
    import_records([{**GOOD, "price": -n} for n in range(1, 21)])
    assert product_names(database) == []
    assert errors(database, "row_number") == [(n,) for n in range(1, 21)]
    assert newest_run(database).status == "completed"
    assert staged_tables(database) == []


def test_batches_are_full_of_valid_rows_only_where_there_are_such(database, import_records):
    given = [
        {**GOOD, "name": f"P{n}", "price": -1 if n % 3 == 0 else "x" if n % 7 == 0 else n} for n in range(60)
    ]
    import_records(given)
    valid = [row["name"] for row in given if row["price"] not in (-1, "x")]
    assert product_names(database) == valid
    run = newest_run(database)
    assert sum(run.records) == run.processed_records == len(valid)
    assert run.error_count == 60 - len(valid)
    assert source_of_newest_run(database)["invalid"] == 60 - len(valid)


def test_one_percent_of_twenty_thousand_rows_is_found(engine, database):
    query = (
        "select 'P' || n as name, "
        "case when n % 200 = 0 then 'x' when n % 200 = 100 then '-1' else '1' end as price "
        "from generate_series(1, 20000) as n"
    )
    engine.run("import_checked_products", {"products": {"query": query}})
    assert database.value("select count(*) from product") == 19_800
    assert errors(database, "row_number") == [(n,) for n in range(100, 20_001, 100)]
    assert newest_run(database).processed_records == 19_800


class TestFile:
    """Rows of a file are told by the line on which they begin, as an editor counts."""

    TEXT = 'name,price,stock\na,1,1\n"b\nb",2,1\nc,0,1\n"d\n\nd",-1,1\ne,x,1\nf,3,1\n'

    def test_each_is_recorded_with_its_number_its_line_and_its_values(self, engine, database, write):
        engine.run("import_checked_product_file", write(self.TEXT))
        assert product_names(database) == ["a", "b\nb", "f"]
        assert errors(database, "row_number", "source_line") == [(3, 5), (4, 6), (5, 9)]
        assert errors(database, "source_row")[2] == ({"name": "e", "price": "x", "stock": "1"},)

    def test_they_are_told_with_their_lines_when_nothing_may_be_invalid(self, engine, database, write):
        said = engine.refusal("import_flawless_product_file", write(self.TEXT))
        assert "3 of 6 rows are invalid" in said
        assert "line 5: price > 0" in said
        assert "line 6: price > 0" in said
        assert 'line 9: price: invalid input syntax for type numeric: "x"' in said
        assert product_names(database) == []

    def test_without_a_line_break_in_a_value_lines_are_counted_too(self, engine, database, write):
        engine.run("import_checked_product_file", write("name,price,stock\r\na,1,1\r\nb,0,1\r\n"))
        assert errors(database, "row_number", "source_line") == [(2, 3)]


class TestRefused:
    """Without `skip_invalid_rows: true` one invalid row is enough."""

    @pytest.fixture
    def refused(self, engine, database):
        before = ledger.contents(database)

        def refused(records, operation="import_flawless_products"):
            said = engine.refusal(operation, {"products": records})
            assert product_names(database) == []
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            return said

        return refused

    def test_one_invalid_row_of_many_refuses_all(self, refused):
        said = refused([GOOD] * 20 + [{**GOOD, "stock": -1}])
        assert (
            "import_flawless_products was not started; nothing was changed: 1 of 21 rows are invalid" in said
        )
        assert "row 21: stock >= 0" in said
        assert "skip_invalid_rows: true" in said

    def test_the_first_ten_are_listed_and_the_others_counted(self, refused):
        said = refused([{**GOOD, "price": -n} for n in range(1, 14)])
        assert "13 of 13 rows are invalid" in said
        assert [f"row {n}: price > 0" in said for n in range(1, 14)] == [True] * 10 + [False] * 3
        assert "... and 3 more" in said

    def test_a_null_in_a_rule_breaks_it(self, refused):
        assert "row 1: stock >= 0" in refused([{**GOOD, "stock": None}])

    def test_more_invalid_rows_than_max_errors_refuse_all(self, refused):
        bad = {"name": "bad", "price": 0}
        said = refused([GOOD, bad, bad, bad], "import_nearly_flawless_products")
        assert "3 of 4 rows are invalid, and max_errors is 2" in said

    def test_valid_rows_are_all_inserted(self, database, import_records):
        import_records([GOOD] * 8, "import_flawless_products")
        assert_adds_up(newest_run(database), 8)


def test_as_many_invalid_rows_as_max_errors_are_left_out(database, import_records):
    bad = {"name": "bad", "price": 0}
    import_records([GOOD, bad, bad], "import_nearly_flawless_products")
    assert product_names(database) == ["good"]
    assert newest_run(database).error_count == 2
