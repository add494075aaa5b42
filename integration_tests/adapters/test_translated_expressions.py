"""An expression means on another engine what it means on PostgreSQL: both are asked."""

import json
import re
from contextlib import closing
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.expression import parse_expression
from dbt_batch_ops.sql.fragments import ParameterValue, RunStartedAt, Text, fragments
from dbt_batch_ops.sql.inference import parameter_uses
from dbt_batch_ops.sql.translation import translate
from dbt_batch_ops.sql.types import parse_type
from support.adapters.evaluation import DuckDb, Sail

CASES = [
    line
    for line in (Path(__file__).parent / "expressions.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
COLUMNS = {
    "id": ("bigint", [1, 2, 3, 4, 5]),
    "n": ("integer", [7, -7, None, 0, 100]),
    "m": ("integer", [2, 2, 3, 5, -3]),
    "big": ("bigint", [5 * 10**9, -3, None, 0, 9]),
    "price": ("numeric(10,2)", ["10.05", "-10.05", None, "0.00", "1.00"]),
    "rate": ("numeric(6,4)", ["0.1250", "1.5000", None, "0.3333", "2.0000"]),
    "f": ("double precision", [2.5, -2.5, None, 0.0, 3.5]),
    "name": ("text", ["Anna", "  bob\t", None, "", "ARGER 12"]),
    "note": ("text", ["x%y", "a\\b", None, "line1\nline2", '100% "q"']),
    "flag": ("boolean", [True, False, None, True, None]),
    "d": ("date", ["2024-01-31", "2023-02-28", None, "2020-02-29", "2024-12-30"]),
    "d2": ("date", ["2024-03-01", "2023-02-28", None, "2019-02-28", "2024-12-31"]),
    "ts": (
        "timestamp",
        [
            "2024-01-31 23:59:59.123456",
            "2023-02-28 00:00:00",
            None,
            "2020-02-29 12:00:00",
            "2024-12-30 10:15:30",
        ],
    ),
    "tz": (
        "timestamptz",
        [
            "2024-03-31 02:30:00Z",
            "2023-10-29 00:30:00Z",
            None,
            "2020-02-29 12:00:00Z",
            "2024-12-30 10:15:30Z",
        ],
    ),
    "u": (
        "uuid",
        [f"{first}0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" if first != " " else None for first in "ab cd"],
    ),
    "j": (
        "jsonb",
        ['{"a": {"b": 1}, "c": "x", "z": null}', '{"c": "it\'s"}', None, '{"c": ""}', '{"c": "a\\nd"}'],
    ),
    "tags": ("text[]", [["a", "b"], [], None, ["ä", "%"], ["x", None]]),
    "nums": ("integer[]", [[1, 2, 3], [1, None], None, [0], [5, 6]]),
}
"""Type and values of each column of the table."""

TYPES = {name: type_ for name, (type_, _) in COLUMNS.items()}
FIELDS = {name: parse_type(type_) for name, type_ in TYPES.items()}
ROWS = [list(row) for row in zip(*(values for _, values in COLUMNS.values()), strict=True)]
PARAMETERS = {
    "ids": ("integer[]", [1, 2, 7]),
    "nids": ("integer[]", [7, None]),
    "eids": ("integer[]", []),
    "names": ("text[]", ["Anna", "x"]),
    "k": ("integer", 3),
    "factor": ("numeric(5,3)", "1.125"),
    "cut": ("timestamptz", "2024-01-01 00:00:00+00:00"),
    "t": ("text", "Anna"),
}
PARAMETER_TYPES = {name: parse_type(type_) for name, (type_, _) in PARAMETERS.items()}


def comparable(value):
    """A value as every driver gives it."""
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        return format(number.normalize() + 0, "f")
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    return f"{value.total_seconds()}s" if isinstance(value, timedelta) else str(value)


class Case:
    """One line of the file."""

    def __init__(self, line):
        parts = re.fullmatch(
            r"(?P<refused>(?:!\w+ )*)(?:=(?P<target>\w+): |(?P<count>count:))?(?P<sql>.*)", line
        )
        self.refused_for = set(re.findall(r"\w+", parts["refused"]))
        self.target = parts["target"]
        self.is_aggregate = parts["count"] is not None
        self.sql = parts["sql"].replace("\\n", "\n")
        self.expression = parse_expression(self.sql, aggregates=self.is_aggregate)
        self.uses = parameter_uses(self.expression, FIELDS)

    def query(self, value):
        return f"select 1, {value} from t" if self.is_aggregate else f"select id, {value} from t order by 1"

    def for_postgres(self, literal):
        value = self._filled(fragments(self.expression, self.uses, PARAMETER_TYPES), literal)
        return self.query(f"({value}\n)" + (f"::{TYPES[self.target]}" if self.target else ""))

    def for_engine(self, engine):
        """The translated query; ``None`` when it is refused."""
        translation = translate(
            self.expression,
            self.uses,
            PARAMETER_TYPES,
            {},
            FIELDS,
            engine.name,
            target=FIELDS[self.target] if self.target else None,
            over_rows=self.is_aggregate,
        )
        if translation.problems:
            return None
        value = self._filled(translation.fragments, engine.literal)
        if self.target:
            return self.query(f"cast(({value}\n) as {engine_type(FIELDS[self.target], engine.name)})")
        return self.query(f"({value}\n)")

    def _filled(self, pieces, literal):
        shown = ""
        for piece in pieces:
            if isinstance(piece, Text):
                shown += piece.sql
            elif isinstance(piece, RunStartedAt):
                shown += literal("2024-01-01 00:00:00+00:00", "timestamptz")
            else:
                assert isinstance(piece, ParameterValue)
                value = literal(PARAMETERS[piece.name][1], PARAMETERS[piece.name][0])
                shown += f"select unnest({value})" if piece.as_rows else value
        return shown


def postgres_literal(value, type_):
    with_quotes = str(value).replace("'", "''")
    if isinstance(value, list):
        with_quotes = "{" + json.dumps(value)[1:-1] + "}"
    return f"cast('{with_quotes}' as {type_})"


@pytest.fixture(scope="module")
def postgres(server):
    """What PostgreSQL makes of every case: values, or the words of its refusal."""
    with closing(psycopg2.connect(server.connection.url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("set timezone = 'UTC'")
            columns = ", ".join(f"{name} {type_}" for name, type_ in TYPES.items())
            cursor.execute(f"create temp table t ({columns})")
            for row in ROWS:
                marks = ", ".join(f"%s::{type_}" for type_ in TYPES.values())
                cursor.execute(f"insert into t values ({marks})", row)

            def evaluate(query):
                try:
                    cursor.execute(query)
                except psycopg2.Error as error:
                    return str(error)
                return [comparable(row[1]) for row in cursor.fetchall()]

            yield evaluate


@pytest.fixture(scope="module", params=[DuckDb, Sail], ids=lambda engine: engine.name)
def engine(request):
    with request.param() as engine:
        engine.create("t", {name: engine_type(type_, engine.name) for name, type_ in FIELDS.items()}, ROWS)
        yield engine


@pytest.mark.parametrize("line", CASES)
def test_an_expression_means_the_same_on_another_engine(line, engine, postgres):
    case = Case(line)
    query = case.for_engine(engine)
    assert (query is None) == (engine.name in case.refused_for), query
    if query is None:
        return
    expected = postgres(case.for_postgres(postgres_literal))
    found = engine.evaluate(query)
    if isinstance(expected, str):
        assert isinstance(found, str), query  # an error is one everywhere, whatever its words
    else:
        assert found == expected if isinstance(found, str) else comparable(found) == expected, query
