"""The SQL and the literals of a spec, read one by one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_batch_ops.plan.dialect import Dialect, Place
from dbt_batch_ops.plan.model import SqlPart
from dbt_batch_ops.spec.diagnostics import LONGEST_QUOTE, quoted
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.sql.expression import Expression, parse_expression, unknown_columns
from dbt_batch_ops.sql.fragments import ListTerm, Text
from dbt_batch_ops.sql.inference import Use, parameter_uses
from dbt_batch_ops.sql.lexer import SqlError
from dbt_batch_ops.sql.literals import LiteralError, untyped
from dbt_batch_ops.sql.parameters import PlacedUse
from dbt_batch_ops.sql.preconditions import parse_precondition
from dbt_batch_ops.sql.types import Family, PgType
from dbt_batch_ops.sql.values import LiteralValue, SqlValue, ValueFormError, classify, looks_like_sql

FieldTypes = Mapping[str, PgType | None]
"""Columns and their types; ``None`` for a type that is not known."""


@dataclass
class Read:
    """An expression or a literal that has been read but not yet typed.

    Attributes:
        location: Where it stands.
        line: Its line, counted from 1.
        dialect: The SQL that it becomes.
        expression: The expression; ``None`` for a literal.
        literal: The literal as SQL.
        uses: The parameters and fields in the expression, each with its place in the file.
        over_target: Of a precondition, whether it aggregates the target's rows.
        target: The type of the column that it is written to; ``None`` for a condition.
        is_precondition: Whether it is a precondition.
    """

    location: Location
    line: int
    dialect: Dialect
    expression: Expression | None = None
    literal: Text = field(default_factory=lambda: Text(""))
    uses: list[PlacedUse] = field(default_factory=list)
    over_target: bool = False
    target: PgType | None = None
    is_precondition: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the target that it mentions."""
        return tuple(column.name for column in self.expression.columns) if self.expression else ()

    @property
    def whole(self) -> PlacedUse | None:
        """The one parameter or field that it consists of, or ``None``."""
        is_whole = self.expression is not None and len(self.expression.tokens) == 1
        return self.uses[0] if is_whole and self.uses else None

    def part(
        self, types: Mapping[str, PgType], lists: Mapping[int, tuple[int, ListTerm]] | None = None
    ) -> SqlPart:
        """Return it as a piece of a statement, once every parameter and list has a type.

        Args:
            types: The types.
            lists: Terms to replace as a whole, by their place in the expression.
        """
        if self.expression is None:
            return SqlPart((self.literal,), self.line, is_expression=False)
        uses = [placed.use for placed in self.uses]
        place = Place(self.location, self.target, over_rows=self.is_precondition)
        return self.dialect.part(self.expression, uses, types, lists or {}, place)


class ExpressionReader:
    """Reads expressions and literals of one document.

    Attributes:
        all_read: Whether nothing had to be left out because of a mistake.
    """

    def __init__(self, document: Document, fields: FieldTypes | None, dialect: Dialect) -> None:
        """Read for an entity that has these columns; ``None`` when they are not known."""
        self.all_read = True
        self.document = document
        self.fields = fields
        self.dialect = dialect

    def condition(
        self, location: Location, sql: str, fields: Collection[str] | None = None, owner: str = "'fields'"
    ) -> Read | None:
        """Read a condition.

        Args:
            location: Where it stands.
            sql: Its text.
            fields: The columns that it may mention; ``None`` for all of the entity.
            owner: What has them, for messages.
        """
        return self._sql(location, sql, None, self.fields if fields is None else fields, owner)

    def precondition(self, location: Location, sql: str) -> Read | None:
        """Read a precondition: an aggregate over the target, or a condition without columns."""
        try:
            parsed = parse_precondition(sql)
        except SqlError as error:
            self.report(location, error)
            self.all_read = False
            return None
        self._refuse_unknown(location, parsed.expression, self.fields, "'fields'")
        read = self._read(location, parsed.expression, parameter_uses(parsed.expression, self.fields or {}))
        return replace(read, over_target=parsed.over_target, is_precondition=True)

    def value(self, location: Location, column: str, value: Any) -> Read | None:
        """Read what a column is set to.

        Args:
            location: Where it stands.
            column: The column, as written.
            value: What YAML read.
        """
        return self._value(location, "column", column, column, value)

    def argument(self, location: Location, name: str, value: Any) -> Read | None:
        """Read what an argument of a function is given: no column of the target, and no column's type.

        Args:
            location: Where it stands.
            name: The argument, or ``input`` for the only one.
            value: What YAML read.
        """
        read = self._value(location, "argument", name, None, value)
        if read is None or read.expression is None:
            return read
        for column in read.expression.columns:
            problem = (
                f"the column {quoted(column.name)} has no place in the input of a function; select it in a "
                f"step before, and write ':rows.{column.name}'"
            )
            self.report(read.location, SqlError(problem, column.offset))
        return read

    def report(self, location: Location, error: SqlError) -> None:
        """Record a mistake in SQL where it stands in the file."""
        self.document.error(self.document.text_position(location, error.offset), error.message)

    def _value(self, location: Location, noun: str, key: str, column: str | None, value: Any) -> Read | None:
        try:
            classified = classify(value)
        except ValueFormError as error:
            self.document.error(self.document.position(location), f"{quoted(key)}: {error}")
            self.all_read = False
            return None
        if isinstance(classified, SqlValue):
            place = (*location, "sql") if classified.outright else location
            return self._sql(place, classified.sql, column, self.fields, "'fields'")
        place = (*location, "value") if classified.outright else location
        return self._literal(place, noun, key, column, classified)

    def _sql(
        self,
        location: Location,
        sql: str,
        target: str | None,
        fields: Collection[str] | None,
        owner: str,
    ) -> Read | None:
        try:
            expression = parse_expression(sql)
        except SqlError as error:
            self.report(location, error)
            self.all_read = False
            return None
        self._refuse_unknown(location, expression, fields, owner)
        uses = parameter_uses(expression, self.fields or {})
        if target is not None and len(expression.tokens) == 1 and uses:
            # The whole value is one parameter or field: it has the column's type.
            type_ = (self.fields or {}).get(target)
            column = target if type_ and not type_.is_array else None
            uses = [replace(uses[0], type=type_, column=column)]
        read = self._read(location, expression, uses)
        return replace(read, target=(self.fields or {}).get(target)) if target is not None else read

    def _refuse_unknown(
        self, location: Location, expression: Expression, fields: Collection[str] | None, owner: str
    ) -> None:
        for problem in unknown_columns(expression, fields, owner) if fields is not None else ():
            self.report(location, problem)

    def _read(self, location: Location, expression: Expression, uses: Iterable[Use]) -> Read:
        placed: list[PlacedUse] = []
        for use in uses:
            place = self.document.text_position(location, use.offset)
            placed.append(PlacedUse(use, place.line, place.column))
        line = self.document.position(location).line
        return Read(location, line, self.dialect, expression, uses=placed)

    def _literal(
        self, location: Location, noun: str, key: str, column: str | None, literal: LiteralValue
    ) -> Read | None:
        value, written = literal.value, self.document.written(location)
        type_ = (self.fields or {}).get(column) if column is not None else None
        position = self.document.position(location)
        is_sql = isinstance(value, str) and not literal.outright and looks_like_sql(value, self.fields or ())
        advice = f"; if it is SQL, write {_form('sql', key, value)}" if is_sql else ""
        try:
            if is_sql and type_ is not None and type_.family not in (Family.TEXT, Family.JSON):
                raise LiteralError(f"is of type {type_} and cannot hold {quoted(value)}")
            if column is None:
                text = Text(untyped(value, written))
            else:
                text = self.dialect.literal(value, written, column, type_, position)
        except LiteralError as error:
            self.document.error(position, f"{noun} {quoted(key)} {error}{advice}")
            return None
        if is_sql:
            outright = _form("value", key, value)
            stored = "is stored as text" if column is not None else "is given as text"
            problem = f"{quoted(value)} {stored}{advice}; if it is text, write {outright}"
            self.document.warning(position, problem)
        return Read(location, position.line, self.dialect, literal=text)


def _form(form: str, key: str, value: str) -> str:
    """Return what to write in the spec to say outright what a value is; long values are left out."""
    shown = json.dumps(value, ensure_ascii=False) if len(value) <= LONGEST_QUOTE else "..."
    return f"{key}: {{{form}: {shown}}}"
