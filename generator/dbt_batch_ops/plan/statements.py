"""The SQL of one operation, read from the spec in the order in which it stands there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_batch_ops.plan.model import Assignment, SqlPart
from dbt_batch_ops.spec.diagnostics import LONGEST_QUOTE, Diagnostic, Severity, listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.sql.expression import Expression, parse_expression, unknown_columns
from dbt_batch_ops.sql.fragments import ListTerm, Text, fragments, list_terms
from dbt_batch_ops.sql.inference import Use, parameter_uses
from dbt_batch_ops.sql.lexer import SqlError
from dbt_batch_ops.sql.literals import LiteralError, render_literal
from dbt_batch_ops.sql.parameters import RUN_STARTED_AT, PlacedUse
from dbt_batch_ops.sql.types import Family, PgType
from dbt_batch_ops.sql.values import LiteralValue, SqlValue, ValueFormError, classify, looks_like_sql


@dataclass(frozen=True)
class Statements:
    """The finished SQL of one operation; the attributes are those of ``OperationPlan``."""

    assignments: tuple[Assignment, ...]
    condition: SqlPart | None
    read_columns: tuple[str, ...]
    lists: tuple[tuple[str, str], ...]


@dataclass
class _Read:
    """An expression or literal that has been read but not yet typed."""

    line: int
    expression: Expression | None = None
    literal: str = ""
    uses: list[Use] = field(default_factory=list)


class StatementReader:
    """Reads the assignments and the condition of one operation.

    First everything is read, which collects columns and the uses of parameters; when those are typed,
    ``finish`` makes the statements. Mistakes go to the document's diagnostics.

    Attributes:
        uses: Every use of a parameter so far, in the order of the file.
        all_read: Whether nothing had to be left out because of a mistake.
    """

    def __init__(
        self, document: Document, location: Location, fields: dict[str, PgType | None] | None
    ) -> None:
        """Read for the operation at a location of a document, whose entity has these columns."""
        self.uses: list[PlacedUse] = []
        self.all_read = True
        self._document = document
        self._location = location
        self._fields = fields
        self._assignments: list[tuple[str, _Read]] = []
        self._condition: _Read | None = None

    def read_assignment(self, location: Location, column: str, value: Any) -> None:
        """Read one column of ``update_data``.

        Args:
            location: Where its value stands.
            column: The column, as written.
            value: What YAML read.
        """
        if self._fields is not None and column not in self._fields:
            near = suggestion(column, self._fields) or f"; 'fields' has {listed(self._fields)}"
            problem = f"unknown column {quoted(column)}{near}"
            self._document.error(self._document.key_position(location), problem)
        try:
            classified = classify(value)
        except ValueFormError as error:
            self._document.error(self._document.position(location), f"{quoted(column)}: {error}")
            self.all_read = False
            return
        if isinstance(classified, SqlValue):
            place = (*location, "sql") if classified.outright else location
            read = self._read_sql(place, classified.sql, target=column)
        else:
            place = (*location, "value") if classified.outright else location
            read = self._read_literal(place, column, classified)
        if read is not None:
            self._assignments.append((column, read))

    def read_condition(self, location: Location, sql: str) -> None:
        """Read ``where_condition``.

        Args:
            location: Where it stands.
            sql: Its text.
        """
        self._condition = self._read_sql(location, sql, target=None)

    def finish(self, types: Mapping[str, PgType]) -> Statements:
        """Return the statements, once every parameter has a type.

        Args:
            types: The types of all parameters.
        """
        lists: dict[int, tuple[int, ListTerm]] = {}
        condition = None
        if self._condition is not None and self._condition.expression is not None:
            lists = list_terms(self._condition.expression, types)
            condition = _part(self._condition, types, lists)
        mentioned = [
            column.name
            for read in [*(read for _, read in self._assignments), self._condition]
            if read is not None and read.expression is not None
            for column in read.expression.columns
        ]
        return Statements(
            assignments=tuple(Assignment(column, _part(read, types)) for column, read in self._assignments),
            condition=condition,
            read_columns=tuple(dict.fromkeys(mentioned)),
            lists=tuple((term.name, term.column) for _, term in lists.values()),
        )

    def _read_sql(self, location: Location, sql: str, target: str | None) -> _Read | None:
        try:
            expression = parse_expression(sql)
        except SqlError as error:
            self._report(location, error)
            self.all_read = False
            return None
        for problem in unknown_columns(expression, self._fields) if self._fields is not None else ():
            self._report(location, problem)
        uses = parameter_uses(expression, self._fields or {})
        if target is not None and len(expression.tokens) == 1 and uses:
            # The whole value is one parameter: it has the column's type.
            type_ = (self._fields or {}).get(target)
            uses = [
                Use(uses[0].name, uses[0].offset, type_, target if type_ and not type_.is_array else None)
            ]
        for use in uses:
            place = self._document.text_position(location, use.offset)
            if use.name != RUN_STARTED_AT:
                self.uses.append(PlacedUse(use, place.line, place.column))
        return _Read(self._document.position(location).line, expression, uses=uses)

    def _read_literal(self, location: Location, column: str, literal: LiteralValue) -> _Read | None:
        value, type_ = literal.value, (self._fields or {}).get(column)
        position = self._document.position(location)
        is_sql = isinstance(value, str) and not literal.outright and looks_like_sql(value, self._fields or ())
        advice = f"; if it is SQL, write {_form('sql', column, value)}" if is_sql else ""
        try:
            if (
                is_sql
                and type_ is not None
                and type_.family is not Family.TEXT
                and type_.family is not Family.JSON
            ):
                raise LiteralError(f"is of type {type_} and cannot hold {quoted(value)}")
            text = render_literal(value, self._document.written(location), type_)
        except LiteralError as error:
            self._document.error(position, f"column {quoted(column)} {error}{advice}")
            return None
        if is_sql:
            outright = _form("value", column, value)
            problem = f"{quoted(value)} is stored as text{advice}; if it is text, write {outright}"
            self._document.diagnostics.append(
                Diagnostic(self._document.path, position, problem, Severity.WARNING)
            )
        return _Read(position.line, literal=text)

    def _report(self, location: Location, error: SqlError) -> None:
        self._document.error(self._document.text_position(location, error.offset), error.message)


def _form(form: str, column: str, value: str) -> str:
    """Return what to write in the spec to say outright what a value is; long values are left out."""
    shown = json.dumps(value, ensure_ascii=False) if len(value) <= LONGEST_QUOTE else "..."
    return f"{column}: {{{form}: {shown}}}"


def _part(
    read: _Read, types: Mapping[str, PgType], lists: Mapping[int, tuple[int, ListTerm]] | None = None
) -> SqlPart:
    expression = read.expression
    if expression is None:
        return SqlPart((Text(read.literal),), read.line, is_expression=False)
    is_parameter = len(expression.tokens) == 1 and bool(expression.parameters)
    return SqlPart(
        fragments(expression, read.uses, types, lists),
        read.line,
        is_expression=not is_parameter,
        ends_with_comment=expression.has_line_comment,
    )
