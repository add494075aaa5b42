"""SQL text with holes: what the user wrote, and places that the dbt package fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.keywords import folded
from dbt_batch_ops.sql.lexer import Kind, Token
from dbt_batch_ops.sql.parameters import RUN_STARTED_AT
from dbt_batch_ops.sql.parsing import identifier_offset
from dbt_batch_ops.sql.strings import one_line_strings
from dbt_batch_ops.sql.types import PgType


@dataclass(frozen=True)
class Text:
    """SQL that is printed as it is.

    Attributes:
        sql: The text.
        unbroken: Indexes of its line breaks that are inside a string or comment and must not be followed by
            indentation.
    """

    sql: str
    unbroken: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ParameterValue:
    """The value of a parameter.

    Attributes:
        name: The parameter.
        as_rows: Whether an array is wanted as rows, for ``IN (...)``.
    """

    name: str
    as_rows: bool = False


@dataclass(frozen=True)
class ListTerm:
    """A condition ``column = any(:name)`` that can drive the iteration.

    Attributes:
        name: The parameter.
        column: The column.
    """

    name: str
    column: str


@dataclass(frozen=True)
class RunStartedAt:
    """The time when the run was opened."""


@dataclass(frozen=True)
class FieldValue:
    """A field of the current row of the row source.

    Attributes:
        name: The field.
    """

    name: str


@dataclass(frozen=True)
class InputValue:
    """What a function is given when its input is a list or rows."""


Fragment = Text | FieldValue | InputValue | ParameterValue | ListTerm | RunStartedAt


def list_terms(expression: Expression, types: Mapping[str, PgType]) -> dict[int, tuple[int, ListTerm]]:
    """Return the top-level AND terms that are exactly ``column = ANY(:name)`` or ``column IN (:name)``.

    Only those limit a run to the list: a term under OR or NOT does not.

    Args:
        expression: A condition.
        types: The types of the parameters and of lists that earlier steps produce.

    Returns:
        Start of the term to its end and the term; a parameter appears once.
    """
    found: dict[int, tuple[int, ListTerm]] = {}
    names: set[str] = set()
    for term in _and_terms(expression.tree):
        column = term.this if isinstance(term, (exp.EQ, exp.In)) else None
        if not isinstance(column, exp.Column) or expression.parameter_at(column):
            continue
        start = identifier_offset(column)
        matched = _match_list(expression.tokens, start)
        if matched is None:
            continue
        parameter, end = matched
        name = parameter.parameter
        if name in types and types[name].dimensions == 1 and name not in names:
            names.add(name)
            found[start] = (end, ListTerm(name, folded(column.name, is_quoted=bool(column.this.quoted))))
    return found


def _and_terms(tree: exp.Expression) -> list[exp.Expression]:
    terms: list[exp.Expression] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, exp.Paren):
            waiting.append(node.this)
        elif isinstance(node, exp.And):
            waiting.extend((node.expression, node.this))
        else:
            terms.append(node)
    return terms


_LIST_SHAPES = (("=", "any", "("), ("in", "("))


def _match_list(tokens: tuple[Token, ...], start: int) -> tuple[Token, int] | None:
    """Return the parameter and the end of a list condition whose column begins at ``start``."""
    index = next((i for i, token in enumerate(tokens) if token.start == start), None)
    if index is None:
        return None
    for shape in _LIST_SHAPES:
        after = index + 1 + len(shape)
        words = tuple(token.word for token in tokens[index + 1 : after])
        tail = tokens[after : after + 2]
        if words != shape or len(tail) != 2 or tail[1].text != ")":
            continue
        if tail[0].kind is Kind.PARAMETER and tail[0].field is None:
            return tail[0], tail[1].end
    return None


def fragments(
    expression: Expression,
    uses: list[Use],
    types: Mapping[str, PgType],
    lists: Mapping[int, tuple[int, ListTerm]] | None = None,
) -> tuple[Fragment, ...]:
    """Return the user's text with its parameters replaced.

    Strings over several lines are written on one, since the statement around them is indented; nothing else
    is changed.

    Args:
        expression: The expression.
        uses: Its parameters, in order.
        types: The type of each parameter and list.
        lists: List terms to replace as a whole, from ``list_terms``.
    """
    edits = holes(expression, uses, types, lists)
    for token, text in one_line_strings(expression.tokens):
        edits.append((token.start, token.end, Text(text)))
    pieces: list[Fragment] = []
    place = 0
    for start, end, fragment in sorted(edits, key=lambda edit: edit[0]):
        pieces.extend(_text(expression, place, start))
        pieces.append(fragment)
        place = end
    pieces.extend(_text(expression, place, len(expression.sql)))
    return tuple(pieces)


def holes(
    expression: Expression,
    uses: list[Use],
    types: Mapping[str, PgType],
    lists: Mapping[int, tuple[int, ListTerm]] | None = None,
) -> list[tuple[int, int, Fragment]]:
    """Return the places that the package fills: start, end, and with what.

    Args:
        expression: The expression.
        uses: Its parameters, in order.
        types: The type of each parameter and list.
        lists: List terms to replace as a whole, from ``list_terms``.
    """
    found: list[tuple[int, int, Fragment]] = [
        (start, end, term) for start, (end, term) in (lists or {}).items()
    ]
    for use in uses:
        if not any(start <= use.offset < end for start, end, _ in found):
            found.append((use.offset, use.offset + use.length, _value(use, types)))
    return found


def _value(use: Use, types: Mapping[str, PgType]) -> Fragment:
    if use.field is not None:
        return FieldValue(use.field)
    if use.name == RUN_STARTED_AT:
        return RunStartedAt()
    return ParameterValue(use.name, as_rows=use.is_list and types[use.name].is_array)


def _text(expression: Expression, start: int, end: int) -> list[Text]:
    sql = expression.sql[start:end]
    if not sql:
        return []
    unbroken = frozenset(
        place - start
        for token_start, token_end in expression.multiline_spans
        for place in range(max(token_start, start), min(token_end, end))
        if expression.sql[place] == "\n"
    )
    return [Text(sql, unbroken)]
