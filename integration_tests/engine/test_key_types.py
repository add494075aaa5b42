"""Keys of every type: the walk follows the order of the index, whatever the values look like."""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.items import add_items, create_items_with_key, touched

WORDS = [
    *(
        "plain",
        "Plain",
        "PLAIN",
        "it''s",
        '"quoted"',
        "back\\slash",
        "Äpfel",
        "äpfel",
        "ärger",
        "zebra",
        "Zebra",
    ),
    *("ß", "", " ", "  a", "日本", "😀", "{{ 7*7 }}", "$1", "$$", "%s", "[1]", "null", "a\nb", "\x01"),
]
TEXT = "(array['" + "', '".join(WORDS) + "'])[1 + n % 25] || n / 25"
UUID = "md5(n::text)::uuid"
NUMERIC = "case n when 1 then 'NaN' when 2 then 'Infinity' else n / 7.0 * power(-1e9::numeric, n % 4) end"
DATE = "case n when 1 then 'infinity' else date '0001-12-25 BC' + n::integer * 3000 end"
MOMENT = """case n when 1 then 'infinity' when 2 then '-infinity' when 3 then '0044-03-15 12:00 BC'
    else timestamptz '2024-10-27 00:30:00+00' + n * interval '12.345678 s' end"""

KEYS = {
    "integer": {"a": ("integer", "n * 10")},
    "numeric": {"a": ("numeric", NUMERIC)},
    "uuid": {"a": ("uuid", UUID)},
    "text in the database's collation": {"a": ("text", TEXT)},
    "text in the C collation": {"a": ('text collate "C"', TEXT)},
    "char": {"a": ("char(40)", TEXT)},
    "date": {"a": ("date", DATE)},
    "timestamptz": {"a": ("timestamptz", MOMENT)},
    "enum": {"a": ("mood", "('m' || n)::mood")},
    "bigint and uuid": {"a": ("bigint", "n % 3"), "b": ("uuid", UUID)},
    "text, integer and timestamptz": {
        "a": ("text", "(array['a', 'B', 'c ''d'''])[1 + n % 3]"),
        "b": ("integer", "n % 5"),
        "c": ("timestamptz", "timestamptz '2024-01-01' + make_interval(secs => n)"),
    },
    "date, numeric, varchar and smallint": {
        "a": ("date", "date '2024-01-01' + (n % 2)::integer"),
        "b": ("numeric", "case when n % 3 = 0 then 1.0 when n % 3 = 1 then 1.5 else 'NaN' end"),
        "c": ("varchar(10)", "repeat('x', (n % 2)::integer)"),
        "d": ("smallint", "n"),
    },
    "domain": {"a": ("positive", "n")},
    "interval": {"a": ("interval", "make_interval(mins => (n * 700)::integer)")},
    "bytea": {"a": ("bytea", "decode(md5(n::text), 'hex')")},
}


@pytest.fixture
def types(database):
    """A domain, and an enum whose order is not that of its labels."""
    database.execute("create domain positive as bigint check (value > 0)")
    moods = ", ".join(f"'m{n}'" for n in range(300, 0, -1))
    database.execute(f"create type mood as enum ({moods})")


@pytest.mark.usefixtures("types")
@pytest.mark.parametrize("columns", KEYS.values(), ids=KEYS)
def test_every_row_is_changed_once_along_a_key_of_type(engine, database, columns):
    create_items_with_key(database, {name: type_ for name, (type_, _) in columns.items()})
    add_items(database, 1, 300, keys=tuple(value for _, value in columns.values()))
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 300}
    run = newest_run(database)
    assert_adds_up(run, 300)
    assert run.records == [7] * 42 + [6]


def test_a_text_key_is_walked_in_the_order_of_a_language(engine, database):
    """Where "a" < "B" < "c" and "Äpfel" stands beside "apfel", unlike in the order of bytes."""
    collations = """select quote_ident(collname) from pg_collation
        where collprovider in ('c', 'i') and collencoding in (-1, 6) and collisdeterministic
            and collname !~ '^(C|POSIX|ucs_basic|unicode|und)' limit 1"""
    names = database.rows(collations)
    if not names:
        pytest.skip("this PostgreSQL has no collation of a language")
    create_items_with_key(database, {"a": f"text collate {names[0][0]}"})
    add_items(database, 1, 300, keys=(TEXT,))
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 300}
    assert_adds_up(newest_run(database), 300)


@pytest.mark.parametrize("type_", ["citext", "interval"])
def test_several_columns_of_which_equal_values_can_be_spelt_differently_are_refused(engine, database, type_):
    """Their ranges would overlap: 'a' and 'A' are equal, as are '1 day' and '24:00'."""
    database.execute("create extension citext")
    create_items_with_key(database, {"a": type_, "b": "integer"})
    database.execute("insert into item (a, b) select '1 day', n from generate_series(1, 20) as n")
    said = engine.refusal("touch_items_by_7")
    assert "key column a of item is of a type whose equal values can be spelt differently" in said
    assert touched(database) == {0: 20}


def test_one_column_of_which_equal_values_can_be_spelt_differently_is_walked(engine, database):
    database.execute("create extension citext")
    create_items_with_key(database, {"a": "citext"})
    add_items(database, 1, 300, keys=("case when n % 2 = 0 then 'A' else 'a' end || n",))
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 300}
    assert_adds_up(newest_run(database), 300)
