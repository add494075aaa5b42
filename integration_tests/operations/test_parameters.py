"""Parameters: every type arrives, and what does not fit is told at once, before anything is changed."""

import pytest

from support.engine import ledger
from support.tables.items import create_items

VALUES = {
    "text_value": ('it\'s "text"', None),
    "varchar_value": ("abcde", None),
    "char_value": ("ab", None),
    "name_value": ("a name", None),
    "smallint_value": (-32768, "-32768"),
    "integer_value": (2147483647, "2147483647"),
    "bigint_value": (9223372036854775807, "9223372036854775807"),
    "numeric_value": ("12345678.91", None),
    "real_value": (0.1, "0.1"),
    "double_value": (0.30000000000000004, "0.30000000000000004"),
    "boolean_value": (True, "true"),
    "uuid_value": ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "date_value": ("2024-02-29", None),
    "timestamp_value": ("2024-03-31 02:30:00.123456", None),
    "timestamptz_value": ("2024-03-31T02:30:00+02:00", "2024-03-31 00:30:00+00"),
    "time_value": ("23:59:59.5", None),
    "timetz_value": ("23:59:59+05", None),
    "interval_value": ("1 year 2 days 03:00", "1 year 2 days 03:00:00"),
    "json_value": ({"b": [1, None], "a": "x"}, '{"a": "x", "b": [1, null]}'),
    "jsonb_value": ([1, {"k": "v'"}], '[1, {"k": "v\'"}]'),
    "bytea_value": ("\\xdeadbeef", None),
    "inet_value": ("10.1.2.3/8", None),
    "cidr_value": ("10.0.0.0/8", None),
    "macaddr_value": ("08:00:2b:01:02:03", None),
    "money_value": ("12.30", "$12.30"),
    "texts_value": (["a", "b,c", 'd"e', None, "{}", "NULL"], '{a,"b,c","d\\"e",NULL,"{}","NULL"}'),
    "integers_value": ([1, -2, None], "{1,-2,NULL}"),
    "mood_value": ("so so", None),
    "percent_value": (100, "100"),
}


@pytest.fixture
def typed(database):
    """A row of every type; two of the types are the database's own."""
    types = dict.fromkeys(VALUES, "text")
    types |= {
        name: name.removesuffix("_value") for name in types if name not in ("texts_value", "integers_value")
    }
    types |= {
        "varchar_value": "varchar(5)",
        "char_value": "char(3)",
        "numeric_value": "numeric(10, 2)",
        "double_value": "double precision",
        "texts_value": "text[]",
        "integers_value": "integer[]",
    }
    database.execute("create type mood as enum ('good', 'so so')")
    database.execute("create domain percent as integer check (value between 0 and 100)")
    columns = ", ".join(f"{name} {type_}" for name, type_ in types.items())
    database.execute(
        f"create table typed (id integer primary key, {columns}); insert into typed (id) values (1)"
    )
    return database


def row_of(database):
    return database.value("select to_jsonb(typed) - 'id' from typed")


def test_a_value_of_every_type_arrives(dbt, typed):
    dbt.run_operation("set_typed", {name: value for name, (value, _) in VALUES.items()})
    columns = ", ".join(f"{name}::text" for name in VALUES)
    arrived = dict(zip(VALUES, typed.row(f"select {columns} from typed"), strict=True))
    arrived["json_value"] = typed.value("select json_value::jsonb::text from typed")
    assert arrived == {name: text or value for name, (value, text) in VALUES.items()}


def test_a_parameter_that_is_left_out_has_its_default(dbt, typed):
    dbt.run_operation("set_typed_by_default", {"first_id": 1})
    assert typed.row("select text_value, integer_value, texts_value, date_value from typed") == (
        "it's {{ default }}",
        7,
        ["a", "b,c"],
        None,
    )


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
    said = refused(
        "set_some_typed",
        {
            "integer_value": "seven",
            "uuid_value": "no-uuid",
            "mood_value": "great",
            "percent_value": 101,
            "numeric_value": [1],
            "unknown": 1,
        },
    )
    for problem in (
        'parameter integer_value: invalid input syntax for type integer: "seven"',
        'parameter uuid_value: invalid input syntax for type uuid: "no-uuid"',
        'parameter mood_value: invalid input value for enum mood: "great"',
        "parameter percent_value: value for domain percent violates check constraint",
        "parameter numeric_value: one value of type numeric is needed, not [1]",
        "parameter date_value (date) is missing",
        "unknown argument unknown; set_some_typed takes integer_value, uuid_value",
    ):
        assert problem in said


GOOD = {
    "integer_value": 1,
    "uuid_value": VALUES["uuid_value"][0],
    "mood_value": "good",
    "percent_value": 1,
    "numeric_value": 1,
    "date_value": "2024-01-01",
}


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
    assert "parameter percent_value" in refused(
        "set_some_typed", str(GOOD | {"percent_value": "X"}).replace("'X'", ".nan")
    )


@pytest.mark.parametrize(
    ("ids", "problem"),
    [(7, "a list of bigint is needed, not 7"), ([1, "x"], "invalid input syntax for type bigint")],
    ids=["no list", "a wrong element"],
)
def test_a_list_that_is_none_is_refused(dbt, database, ids, problem):
    create_items(database, 10)
    result = dbt.run_operation("touch_listed_items", {"ids": ids}, check=False)
    assert result.exit_code == 1
    assert f"parameter ids: {problem}" in result.output
    assert ledger.contents(database)["runs"] == []
