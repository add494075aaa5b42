"""Parameters: every type arrives, and what does not fit is told at once, before anything is changed."""

from datetime import date

import pytest

from support.engine import ledger
from support.tables.items import create_items
from support.tables.typed import GOOD, PROBLEMS, VALUES, WRONG, assert_arrived, create_typed, row_of


@pytest.fixture
def typed(database):
    create_typed(database)
    return database


def test_a_value_of_every_type_arrives(engine, typed):
    engine.complete("set_typed", {name: value for name, (value, _) in VALUES.items()})
    assert_arrived(typed)


def test_a_parameter_that_is_left_out_has_its_default(engine, typed):
    engine.complete("set_typed_by_default", {"first_id": 1})
    assert typed.row("select text_value, integer_value, texts_value, date_value from typed") == (
        "it's {{ default }}",
        7,
        ["a", "b,c"],
        None,
    )


def test_a_date_and_a_value_over_its_default_arrive(engine, typed):
    engine.complete("set_typed_by_default", {"first_id": 1, "since": date(2024, 1, 31), "size": 8})
    assert typed.row("select integer_value, date_value::text from typed") == (8, "2024-01-31")


@pytest.fixture
def refused(engine, typed):
    """Run an operation that must be refused; gives what it said."""

    def run(operation, args):
        rows, before = row_of(typed), ledger.contents(typed)
        said = engine.refusal(operation, args)
        assert "was not started; nothing was changed" in said
        assert row_of(typed) == rows
        assert ledger.contents(typed) == before
        return said

    return run


def test_every_problem_with_the_parameters_is_told_at_once(refused):
    said = refused("set_some_typed", WRONG)
    for problem in PROBLEMS:
        assert problem in said


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"integer_value": 2147483648}, 'value "2147483648" is out of range for type integer'),
        ({"date_value": "2023-02-29"}, "date/time field value out of range"),
        ({"percent_value": 101}, 'violates check constraint "percent_check"'),
    ],
    ids=["too large", "no such day", "outside a domain"],
)
def test_a_value_that_the_type_excludes_is_refused(refused, args, problem):
    assert problem in refused("set_some_typed", GOOD | args)


def test_a_number_that_json_does_not_know_arrives_or_is_refused_by_name(refused):
    assert "parameter percent_value" in refused("set_some_typed", GOOD | {"percent_value": float("nan")})


@pytest.mark.parametrize(
    ("ids", "problem"),
    [(7, "a list of bigint is needed, not 7"), ([1, "x"], "invalid input syntax for type bigint")],
    ids=["no list", "a wrong element"],
)
def test_a_list_that_is_none_is_refused(engine, database, ids, problem):
    create_items(database, 10)
    assert f"parameter ids: {problem}" in engine.refusal("touch_listed_items", {"ids": ids})
    assert ledger.contents(database)["runs"] == []
