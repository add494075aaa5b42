"""How expressions and literals become pieces of a statement: as written, or translated to an engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_batch_ops.plan.findings import Findings
from dbt_batch_ops.plan.model import SqlPart
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.sql.engine_literals import engine_literal
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.fragments import ListTerm, Text, fragments
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.literals import LiteralError, render_literal
from dbt_batch_ops.sql.translation import engine_text, translate
from dbt_batch_ops.sql.types import PgType


@dataclass(frozen=True)
class Dialect:
    """The SQL of one engine, for the expressions of one file.

    Attributes:
        engine: The engine.
        document: The file.
        fields: The entity's columns.
        findings: Where it is recorded what has no equivalent.
    """

    engine: str
    document: Document
    fields: Mapping[str, PgType | None]
    findings: Findings = field(repr=False)

    def type_name(self, type_: PgType, owner: str, position: Position) -> str:
        """Return a type's name on the engine, or record that there is none.

        Args:
            type_: The type.
            owner: What is of this type, for messages.
            position: Where that stands.
        """
        try:
            return engine_type(type_, self.engine)
        except ValueError as error:
            self.findings.error(position, f"{owner}: {error}")
            return str(type_)

    def literal(
        self, value: Any, written: str, column: str, type_: PgType | None, position: Position
    ) -> Text:
        """Return a value as a literal for a column.

        Args:
            value: What YAML read.
            written: The text in the spec, for a scalar.
            column: The column, for messages.
            type_: The column's type; ``None`` when it is not known.
            position: Where the value stands.

        Raises:
            LiteralError: The column cannot hold the value, whatever the engine.
        """
        text = render_literal(value, written, type_)
        if self.engine == POSTGRES:
            return Text(text)
        try:
            return engine_text(engine_literal(value, written, type_, self.engine), self.engine)
        except LiteralError as error:
            self.findings.error(position, f"column {quoted(column)} {error}")
            return Text(text)

    def part(
        self,
        expression: Expression,
        uses: list[Use],
        types: Mapping[str, PgType],
        lists: Mapping[int, tuple[int, ListTerm]],
        place: Place,
    ) -> SqlPart:
        """Return an expression as a piece of a statement.

        Args:
            expression: The expression.
            uses: Its parameters, in order.
            types: The type of each parameter and list.
            lists: Terms to replace as a whole, by their place in the expression.
            place: Where it stands, and for what.
        """
        is_whole = len(expression.tokens) == 1 and bool(uses)
        if self.engine == POSTGRES:
            pieces, is_kept = fragments(expression, uses, types, lists), True
        else:
            translation = translate(
                expression,
                uses,
                types,
                lists,
                self.fields,
                self.engine,
                target=place.target,
                over_rows=place.over_rows,
            )
            for problem in translation.problems:
                self.findings.error(
                    self.document.text_position(place.location, problem.offset), problem.message
                )
            for warning in translation.warnings:
                self.findings.warning(
                    self.document.text_position(place.location, warning.offset), warning.message
                )
            pieces, is_kept = translation.fragments, translation.is_kept
        return SqlPart(
            pieces,
            self.document.position(place.location).line,
            is_expression=not is_whole,
            ends_with_comment=expression.has_line_comment and is_kept,
        )


@dataclass(frozen=True)
class Place:
    """Where an expression stands, and for what.

    Attributes:
        location: Where in the file.
        target: The type of the column that it is written to; ``None`` for a condition.
        over_rows: Whether a query of its own reads it, as a precondition, and no statement that changes rows.
    """

    location: Location
    target: PgType | None = None
    over_rows: bool = False
