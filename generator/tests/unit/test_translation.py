"""What expressions become on other engines. That they mean the same is tried on the engines themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dbt_batch_ops.sql.engine_literals import engine_literal
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.expression import parse_expression
from dbt_batch_ops.sql.fragments import FieldValue, ParameterValue, RunStartedAt, Text
from dbt_batch_ops.sql.inference import parameter_uses
from dbt_batch_ops.sql.literals import LiteralError
from dbt_batch_ops.sql.translation import Translation, translate
from dbt_batch_ops.sql.types import PgType, parse_type

FIELDS: Mapping[str, PgType | None] = {
    name: parse_type(type_)
    for name, type_ in {
        "id": "bigint",
        "n": "integer",
        "price": "numeric(10, 2)",
        "ratio": "double precision",
        "name": "text",
        "flag": "boolean",
        "day": "date",
        "seen": "timestamptz",
        "stamp": "timestamp",
        "token": "uuid",
        "doc": "jsonb",
        "tags": "text[]",
        "Odd": "integer",
        "summarize": "integer",
    }.items()
}
TYPES = {
    "ids": parse_type("bigint[]"),
    "k": parse_type("integer"),
    "t": parse_type("text"),
    "who": parse_type("uuid"),
}


def translated(sql: str, engine: str, target: str | None = None, *, over_rows: bool = False) -> Translation:
    expression = parse_expression(sql, aggregates=True)
    uses = parameter_uses(expression, FIELDS)
    type_ = parse_type(target) if target else None
    return translate(expression, uses, TYPES, {}, FIELDS, engine, target=type_, over_rows=over_rows)


def text_of(translation: Translation) -> str:
    shown = ""
    for fragment in translation.fragments:
        if isinstance(fragment, Text):
            shown += fragment.sql
        elif isinstance(fragment, ParameterValue):
            assert not fragment.as_rows
            shown += f":{fragment.name}"
        else:
            assert isinstance(fragment, (RunStartedAt, FieldValue))
            shown += ":run_started_at"
    return shown


def text(sql: str, engine: str, target: str | None = None) -> str:
    translation = translated(sql, engine, target)
    assert [problem.message for problem in translation.problems] == []
    return text_of(translation)


SAME = [
    "n > 1 and flag",
    "name = 'Anna'  -- by name",
    "n between 1 and :k",
    "coalesce(name, 'none') <> ''",
    "lower(name) in ('a', 'b')",
    "case when flag then 1 else 0 end = :k",
    "count(*) filter (where flag) > 3",
    "seen < :run_started_at",
    "n is distinct from :k",
    "greatest(n, :k) + 1 > 5",
]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize("sql", SAME)
def test_what_reads_the_same_is_kept_as_it_was_written(sql: str, engine: str) -> None:
    translation = translated(sql, engine)
    assert translation.is_kept
    assert text_of(translation) == sql


TRANSLATED = [
    # Whole numbers are divided without a remainder, and by 0 never.
    ("n / 2", "n // 2", "n DIV 2"),
    ("n / -2", "n // -2", "n DIV -2"),
    ("n / nullif(:k, 0)", "n // NULLIF(:k, 0)", "n DIV NULLIF(:k, 0)"),
    (
        "n / :k",
        "n // (CASE WHEN :k = 0 AND NOT n IS NULL THEN ERROR('division by zero') ELSE :k END)",
        (
            "n DIV (CASE WHEN :k = 0 AND NOT n IS NULL THEN "
            "CAST(RAISE_ERROR('division by zero') AS INT) ELSE :k END)"
        ),
    ),
    ("floor(n)", "FLOOR(CAST(n AS DOUBLE))", "FLOOR(CAST(n AS DOUBLE))"),
    # What is cast to a whole number is rounded; Spark cuts.
    ("price::integer", "CAST(price AS INT)", "CAST(ROUND(price) AS INT)"),
    ("ratio::integer", "CAST(ratio AS INT)", "CAST(BROUND(CAST(ratio AS DOUBLE)) AS INT)"),
    # Spark subtracts dates to an interval, and adds an interval's hours to no date.
    ("day - day", "day - day", "DATEDIFF(day, day)"),
    ("day + interval '1 hour'", "day + INTERVAL '1' HOUR", "CAST(day AS TIMESTAMP_NTZ) + INTERVAL '1' HOUR"),
    ("extract(dow from day)", "DAYOFWEEK(day)", "(DAYOFWEEK(day) - 1)"),
    # A backslash escapes in patterns, but not in strings, and not everywhere.
    (r"name like 'a\%'", r"name LIKE 'a\%' ESCAPE '\'", r"name LIKE 'a\\%'"),
    ("name like :t", r"name LIKE :t ESCAPE '\'", "name like :t"),
    (r"name = E'a\\b\tc'", "name = 'a\\b\tc'", "name = 'a\\\\b\\tc'"),
    ("name = $$it's$$", "name = 'it''s'", "name = 'it\\'s'"),
    ("name ~ 'a.b$'", r"REGEXP_MATCHES(name, '(?s)a.b\z')", r"name RLIKE '(?s)a.b\\z'"),
    ("name !~* '^a'", "NOT (REGEXP_MATCHES(name, '(?si)^a'))", "NOT (name RLIKE '(?si)^a')"),
    # NULL: left out of a concatenation by function, and unknown in a list.
    ("concat(name, n)", "CONCAT(name, CAST(n AS TEXT))", None),
    ("concat(name, 'x')", "concat(name, 'x')", "CONCAT(COALESCE(name, ''), COALESCE('x', ''))"),
    # Literals have the type that they stand beside.
    ("day > '2026-01-31'", "day > CAST('2026-01-31' AS DATE)", "day > CAST('2026-01-31' AS DATE)"),
    ("n = '7'", "n = 7", "n = 7"),
    ("flag = 'off'", "flag = FALSE", "flag = FALSE"),
    (
        "token = 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'",
        "token = CAST('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11' AS UUID)",
        "token = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
    ),
    ("token = :who", "token = :who", "token = LOWER(:who)"),
    # Rows are compared column by column.
    ("(n, id) = (1, 2)", "(n = 1 AND id = 2)", "(n = 1 AND id = 2)"),
    ("(n, id) <= (1, :k)", "(n < 1 OR (n = 1 AND id <= :k))", "(n < 1 OR (n = 1 AND id <= :k))"),
    ("doc -> 'a' ->> 'b'", "JSON_EXTRACT_STRING(doc, '$.a.b')", "GET_JSON_OBJECT(doc, '$.a.b')"),
    ('"Odd" = 1', '"Odd" = 1', "`Odd` = 1"),
    ("summarize = 1", '"summarize" = 1', "summarize = 1"),
    ("n::text", "n::text", "CAST(n AS STRING)"),
    ("seen - interval '2 months'", "seen - INTERVAL '2' MONTH", "seen - INTERVAL '2' MONTH"),
    ("seen - :k * interval '1 day'", "seen - :k * INTERVAL '1' DAY", "seen - :k * INTERVAL '1' DAY"),
    ("seen::date = day", "seen::date = day", "CAST(seen AS DATE) = day"),
    ("now()", "now()", "CURRENT_TIMESTAMP()"),
    ("n > 1 and day > '2026-01-31'", "n > 1\nAND day > CAST('2026-01-31' AS DATE)", None),
    ("/* a /* b */ */ n > 1", "n > 1", "n > 1"),
]


@pytest.mark.parametrize(("sql", "duckdb", "spark"), TRANSLATED)
def test_what_reads_otherwise_is_translated(sql: str, duckdb: str, spark: str | None) -> None:
    assert text(sql, "duckdb") == duckdb
    if spark is not None:
        assert text(sql, "spark") == spark


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_a_list_says_unknown_of_null_like_postgresql(engine: str) -> None:
    found = text("flag or id <> all(:ids)", engine)
    assert "CASE WHEN :ids IS NULL THEN CAST(NULL AS BOOLEAN)" in found
    assert found.endswith("ELSE TRUE END")


def test_a_parameter_in_in_is_an_array_and_no_query() -> None:
    assert "LIST_CONTAINS(:ids, id) THEN TRUE" in text("flag or id in (:ids)", "duckdb")


ASSIGNED = [
    ("price * 2", "integer", "CAST(price * 2 AS INT)", "CAST(ROUND(price * 2) AS INT)"),
    ("n", "text", "CAST(n AS TEXT)", "CAST(n AS STRING)"),
    ("'2026-01-31'", "date", "CAST('2026-01-31' AS DATE)", "CAST('2026-01-31' AS DATE)"),
    ("null", "date", "null", "null"),
    ("n + 1", "bigint", "n + 1", "n + 1"),
    ("price + 1", "numeric", "price + 1", "price + 1"),
]


@pytest.mark.parametrize(("sql", "target", "duckdb", "spark"), ASSIGNED)
def test_a_value_becomes_what_its_column_holds(sql: str, target: str, duckdb: str, spark: str) -> None:
    assert text(sql, "duckdb", target) == duckdb
    assert text(sql, "spark", target) == spark


REFUSED = [
    # SQL, where the problem stands, and a part of what is said.
    ("n = 1 and name::citext = 'x'", 16, "no type like 'citext'"),
    ("host(name::inet) = 'x'", 0, "'host' has no equivalent"),
    ("name::varchar(3) = 'x'", 6, "does not keep to a length"),
    ("pg_catalog.lower(name) = 'x'", 0, "PostgreSQL's own schema"),
    ("flag and doc @> '{}'", 13, "the operator '@>'"),
    ("doc = '{}'", 4, "JSON is compared as text"),
    ("doc -> 'a' is null", 4, "-> gives JSON"),
    ("doc ->> 'a b' = 'x'", 4, "a plain name"),
    ("tags && array['a']", 5, "the operator '&&'"),
    ("name similar to 'x'", 5, "SIMILAR TO"),
    (r"name ~ '\w'", 7, "may match otherwise"),
    ("name ~ '[[:alpha:]]'", 7, "may match otherwise"),
    ("name ~ 'a*?'", 7, "may match otherwise"),
    ("name ~ '(?i)a'", 7, "may match otherwise"),
    ("name ~ :t", 5, "must be written out"),
    ("regexp_replace(name, 'a|ab', 'x', 'g') = ''", 21, "the longest"),
    (r"regexp_replace(name, 'a', '\1', 'g') = ''", 0, "neither"),
    ("to_char(seen, 'YYYY') = '2026'", 0, "'to_char' has no equivalent"),
    ("age(seen) > interval '1 day'", 0, "'age' has no equivalent"),
    ("seen > 'yesterday'", 7, "does not read 'yesterday'"),
    ("seen > '31.01.2026'", 7, "does not read"),
    ("stamp > '2026-01-31 10:00:00+01'", 8, "does not read"),
    ("day + '1 day' > day", 4, "interval '1 day'"),
    ("seen - interval '1 year 2 months' > seen", 7, "add several"),
    ("seen - interval '1.5 days' > seen", 7, "add several"),
    ("seen - 0.5 * interval '1 day' > seen", 11, "whole numbers only"),
    ("round(ratio) = 1", 0, "half to even"),
    ("extract(epoch from seen) > 1", 0, "extract(epoch ...)"),
    ("substring(name from :k) = 'x'", 0, "written out"),
    ("left(name, -1) = 'x'", 0, "written out"),
    ("seen::text = 'x'", 6, "reads otherwise as text"),
    ("(price * 2)::text = 'x'", 13, "other zeros"),
    ("concat(name, flag) = 'x'", 13, "as t or f"),
    ("n = 1e3", 4, "exponent"),
    ("f(n) / 2 = 1", 5, "cannot be told"),
    ("n & 1 = 1", 2, "the operator '&'"),
    ("name collate \"C\" = 'x'", 5, "COLLATE"),
    ("U&'a' = name", 0, "strings with a prefix"),
    ("tags[1] = 'x'", 4, "has no equivalent"),
    ("(n, id) in ((1, 2))", 8, "rows are not compared with IN"),
    ("name = any(select 'x')", 5, "write IN"),
    ("date_trunc('decade', seen) = seen", 0, "date_trunc takes one of"),
    ("seen < current_timestamp(3)", 7, "in this form"),
    ("sqrt(n) = 1", 0, "'sqrt' has no equivalent"),
    ("n ^ 2 = 1", 2, "has no equivalent"),
    ("power(n, 2) = 1", 0, "'power' has no equivalent"),
    ("name > 'x' and string_agg(name, ',') = 'x'", 15, "'string_agg' has no equivalent"),
]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize(("sql", "offset", "said"), REFUSED)
def test_what_has_no_equivalent_is_refused_where_it_stands(
    sql: str, offset: int, said: str, engine: str
) -> None:
    problems = translated(sql, engine).problems
    assert [(problem.offset, said in problem.message) for problem in problems][:1] == [(offset, True)], (
        problems
    )


def test_all_problems_are_told_at_once() -> None:
    problems = translated(
        "age(seen) > interval '1 day' and initcap(name) = 'x' and doc ? 'a'", "duckdb"
    ).problems
    assert [problem.offset for problem in problems] == [0, 33, 61]


def test_what_only_one_engine_lacks_is_refused_for_that_engine() -> None:
    assert translated("price / 3", "duckdb").problems
    assert text("price / 3", "spark") == "price / 3"
    assert translated("regexp_replace(name, 'a', 'b') = ''", "spark").problems
    assert text("regexp_replace(name, 'a', 'b')", "duckdb") == "REGEXP_REPLACE(name, '(?s)a', 'b')"
    assert translated("id in (select x from other)", "spark").problems
    assert not translated("count(*) > (select count(*) from other)", "spark", over_rows=True).problems
    assert not translated("id in (select x from other)", "duckdb").problems


@pytest.mark.parametrize(
    ("sql", "offset", "said"),
    [
        ("n > 1 and my_check(name)", 10, "'my_check' is passed as it is"),
        ("app.my_check(name)", 0, "'app.my_check' is passed as it is"),
        ("name < 'm'", 5, "by its bytes"),
        ("name::integer = 1", 6, "'12.7' becomes 13"),
    ],
)
def test_what_may_differ_is_warned_of(sql: str, offset: int, said: str) -> None:
    (warning,) = translated(sql, "duckdb").warnings
    assert warning.offset == offset
    assert said in warning.message


def test_holes_cannot_be_mistaken_for_the_users_text() -> None:
    assert text("name = 'b_hole0' and seen > '2026-01-31' and n = :k", "duckdb") == (
        "name = 'b_hole0'\nAND seen > CAST('2026-01-31 00:00:00' AS TIMESTAMPTZ)\nAND n = :k"
    )


def test_a_line_break_in_a_string_is_no_place_to_indent() -> None:
    fragments = translated("name = E'a\\nAND b' and n::text = 'x'", "duckdb").fragments
    broken = [fragment for fragment in fragments if isinstance(fragment, Text) and "a\nAND" in fragment.sql]
    assert [fragment.sql[place] for fragment in broken for place in fragment.unbroken] == ["\n"]


@pytest.mark.parametrize(
    ("type_", "duckdb", "spark"),
    [
        ("text", "varchar", "string"),
        ("varchar(20)", "varchar", "string"),
        ("numeric(10, 2)", "decimal(10, 2)", "decimal(10, 2)"),
        ("numeric", "decimal(38, 10)", "decimal(38, 10)"),
        ("numeric(10, 2)[]", "decimal(10, 2)[]", "array<decimal(10, 2)>"),
        ("uuid[]", "uuid[]", "array<string>"),
        ("timestamptz", "timestamptz", "timestamp"),
        ("timestamp", "timestamp", "timestamp_ntz"),
        ("jsonb", "json", "string"),
        ("double precision", "double", "double"),
    ],
)
def test_types_have_the_names_of_the_engine(type_: str, duckdb: str, spark: str) -> None:
    assert engine_type(parse_type(type_), "duckdb") == duckdb
    assert engine_type(parse_type(type_), "spark") == spark
    assert engine_type(parse_type(type_), "postgres") == str(parse_type(type_))


@pytest.mark.parametrize("type_", ["inet", "money", "xml", "app.mood", "timetz"])
def test_types_without_an_equivalent_are_refused(type_: str) -> None:
    for engine in ("duckdb", "spark"):
        with pytest.raises(ValueError, match="has no type like"):
            engine_type(parse_type(type_), engine)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("infinity", "date"),
        ("2026-02-30", "date"),
        ("2026-01-31 10:00", "date"),
        ("NaN", "numeric"),
        ("1 day", "interval"),
        ("10:00:00+01", "time"),
    ],
)
def test_literals_that_others_read_otherwise_are_refused(value: str, type_: str) -> None:
    with pytest.raises(LiteralError):
        engine_literal(value, value, parse_type(type_), "duckdb")


@pytest.mark.parametrize(
    ("value", "type_", "duckdb", "spark"),
    [
        ("2026-01-31T10:00Z", "timestamptz", "CAST('2026-01-31 10:00:00+00:00' AS TIMESTAMPTZ)", None),
        ("-1.50", "numeric(10, 2)", "-1.50", "-1.50"),
        ("1e3", "numeric", "1000", "1000"),
        (["a", None, "b'c"], "text[]", "CAST(['a', NULL, 'b''c'] AS TEXT[])", None),
        ([], "integer[]", "CAST([] AS INT[])", "CAST(ARRAY() AS ARRAY<INT>)"),
        ({"a": [1]}, "jsonb", "CAST('{\"a\": [1]}' AS JSON)", "'{\"a\": [1]}'"),
        ("a\\b\n", "text", "'a\\b\n'", "'a\\\\b\\n'"),
        (None, "date", "NULL", "NULL"),
        (True, "boolean", "TRUE", "TRUE"),
    ],
)
def test_literals_say_their_type(value: object, type_: str, duckdb: str, spark: str | None) -> None:
    written = value if isinstance(value, str) else ""
    assert engine_literal(value, written, parse_type(type_), "duckdb").sql("duckdb") == duckdb
    if spark is not None:
        assert engine_literal(value, written, parse_type(type_), "spark").sql("spark") == spark
