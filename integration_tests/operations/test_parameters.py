"""Parameters as a user types them after ``--args``, and what is said of those that do not fit.

The same without dbt's command line is in ``engine/test_parameters.py``.
"""

import pytest

from support.engine import ledger
from support.tables.typed import GOOD, PROBLEMS, VALUES, WRONG, assert_arrived, create_typed, row_of


@pytest.fixture
def typed(database):
    create_typed(database)
    return database


def test_a_value_of_every_type_arrives(dbt, typed):
    dbt.run_operation("set_typed", {name: value for name, (value, _) in VALUES.items()})
    assert_arrived(typed)


def test_a_date_without_quotes_and_a_value_over_its_default_arrive(dbt, typed):
    dbt.run_operation("set_typed_by_default", "{first_id: 1, since: 2024-01-31, size: 8}")
    assert typed.row("select integer_value, date_value::text from typed") == (8, "2024-01-31")


@pytest.fixture
def refused(dbt, typed):
    """Run an operation that must be refused; gives what it said."""

    def run(operation, args):
        rows, before = row_of(typed), ledger.contents(typed)
        result = dbt.run_operation(operation, args, check=False)
        assert result.exit_code == 1, str(result)
        assert "was not started; nothing was changed" in result.output
        assert "Traceback" not in result.output
        assert row_of(typed) == rows
        assert ledger.contents(typed) == before
        return result.output

    return run


def test_every_problem_with_the_parameters_is_told_at_once(refused):
    said = refused("set_some_typed", WRONG)
    for problem in PROBLEMS:
        assert problem in said


def test_a_number_that_json_does_not_know_arrives_or_is_refused_by_name(refused):
    assert "parameter percent_value" in refused(
        "set_some_typed", str(GOOD | {"percent_value": "X"}).replace("'X'", ".nan")
    )
