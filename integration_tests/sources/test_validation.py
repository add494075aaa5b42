"""Invalid rows by ``dbt run-operation``: what is said of them, and one row of every kind with its reason."""

import pytest

from support.engine import ledger
from support.engine.sources import staged_tables
from support.tables.products import create_products, product_names

GOOD = {"name": "good", "price": 1, "stock": 1}


@pytest.fixture
def database(database):
    create_products(database)
    return database


def errors(database, *columns):
    return database.rows(f"select {', '.join(columns)} from batch_ops.errors order by row_number")


INVALID = {
    "a broken rule": ({"price": 0}, "price > 0"),
    "no number": ({"price": "cheap"}, 'price: invalid input syntax for type numeric: "cheap"'),
    "too large a number": ({"price": 12345}, "price: numeric field overflow"),
    "null in a rule and a column that may not be null": (
        {"price": None},
        "price is missing, and may not be null",
    ),
    "null in a column that may not be null": ({"name": None}, "name is missing, and may not be null"),
    "too long a text": ({"name": "x" * 21}, "name is longer than 20 characters"),
    "no whole number": ({"stock": "1.5"}, 'stock: invalid input syntax for type integer: "1.5"'),
    "too large a whole number": ({"stock": 2147483648}, "out of range for type integer"),
    "a broken rule with a parameter": ({"stock": 1000}, "stock < :most OR stock IS NULL"),
    "no uuid": ({"code": "no-uuid"}, 'code: invalid input syntax for type uuid: "no-uuid"'),
    "no such day": ({"made_on": "2023-02-29"}, "made_on: date/time field value out of range"),
    "no date": ({"made_on": "soon"}, 'made_on: invalid input syntax for type date: "soon"'),
}


@pytest.fixture(scope="class")
def run_of_every_kind(_dbt, _database, _ledger_template):
    """What the command said, and what the table and the ledger then had."""
    _database.recreate(_ledger_template)
    create_products(_database)
    bad = [{**GOOD, **bad} for bad, _ in INVALID.values()]
    given = [{**GOOD, "name": "first"}, *bad, {**GOOD, "name": "last"}]
    result = _dbt.run_operation("import_checked_products", {"products": given})
    recorded = errors(_database, "row_number", "error_message", "source_row")
    return result.output, product_names(_database), recorded


class TestEveryKind:
    """One run is given a row of every kind, with a valid one before and one behind them."""

    @pytest.mark.parametrize("kind", INVALID)
    def test_is_recorded_with_its_number_its_values_and_what_is_wrong(self, run_of_every_kind, kind):
        _, _, recorded = run_of_every_kind
        bad, reason = INVALID[kind]
        number = list(INVALID).index(kind) + 2
        ((message, row),) = [(message, row) for n, message, row in recorded if n == number]
        assert reason in message
        assert row == {**GOOD, **bad}

    def test_is_left_out_and_the_others_are_inserted(self, run_of_every_kind):
        said, names, recorded = run_of_every_kind
        assert names == ["first", "last"]
        assert len(recorded) == len(INVALID)
        assert "12 of 14 rows are invalid and left out; see batch_ops.errors" in said


def test_when_all_rows_are_invalid_the_run_is_said_to_have_completed_with_none(dbt, database):
    given = [{**GOOD, "price": -n} for n in range(1, 21)]
    result = dbt.run_operation("import_checked_products", {"products": given})
    assert "completed: 0 rows in 0 batches" in result.output
    assert product_names(database) == []


def test_one_invalid_row_of_many_refuses_all(dbt, database):
    before = ledger.contents(database)
    given = [GOOD] * 20 + [{**GOOD, "stock": -1}]
    result = dbt.run_operation("import_flawless_products", {"products": given}, check=False)
    assert result.exit_code == 1, str(result)
    said = result.output
    assert "import_flawless_products was not started; nothing was changed: 1 of 21 rows are invalid" in said
    assert "row 21: stock >= 0" in said
    assert "skip_invalid_rows: true" in said
    assert product_names(database) == []
    assert ledger.contents(database) == before
    assert staged_tables(database) == []


def test_a_dry_run_tells_invalid_rows_and_writes_nothing(dbt, database):
    before = ledger.contents(database)
    args = {"products": [GOOD, {**GOOD, "price": 0}], "dry_run": True}
    said = dbt.run_operation("import_checked_products", args).output
    assert "1 of 2 rows are invalid" in said
    assert ledger.contents(database) == before
    assert product_names(database) == []
