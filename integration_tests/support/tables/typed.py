"""The table of ``batch_operations/typed.yml``, which has a column of every type, and values for it."""

from typing import Any

from support.database.database import Database

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
"""Values by columns, and as what they come back as text when it is not the same."""

GOOD = {
    "integer_value": 1,
    "uuid_value": VALUES["uuid_value"][0],
    "mood_value": "good",
    "percent_value": 1,
    "numeric_value": 1,
    "date_value": "2024-01-01",
}
"""Parameters of ``set_some_typed`` that fit."""

WRONG = {
    "integer_value": "seven",
    "uuid_value": "no-uuid",
    "mood_value": "great",
    "percent_value": 101,
    "numeric_value": [1],
    "unknown": 1,
}
"""Parameters of ``set_some_typed`` of which none fits."""

PROBLEMS = (
    'parameter integer_value: invalid input syntax for type integer: "seven"',
    'parameter uuid_value: invalid input syntax for type uuid: "no-uuid"',
    'parameter mood_value: invalid input value for enum mood: "great"',
    "parameter percent_value: value for domain percent violates check constraint",
    "parameter numeric_value: one value of type numeric is needed, not [1]",
    "parameter date_value (date) is missing",
    "unknown argument unknown; set_some_typed takes integer_value, uuid_value",
)
"""What is said of those."""


def create_typed(database: Database) -> None:
    """Make the table ``typed`` with one row; two of the types are the database's own."""
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


def row_of(database: Database) -> Any:
    """Return the row."""
    return database.value("select to_jsonb(typed) - 'id' from typed")


def assert_arrived(database: Database) -> None:
    """Check that every column of the row has its value."""
    columns = ", ".join(f"{name}::text" for name in VALUES)
    arrived = dict(zip(VALUES, database.row(f"select {columns} from typed"), strict=True))
    arrived["json_value"] = database.value("select json_value::jsonb::text from typed")
    assert arrived == {name: text or value for name, (value, text) in VALUES.items()}
