"""An expression in PostgreSQL's SQL as the same expression in the SQL of another engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from dbt_batch_ops.spec.engines import DUCKDB
from dbt_batch_ops.sql import (
    rules_casts,
    rules_comparisons,
    rules_moments,
    rules_numbers,
    rules_structure,
    rules_text,
    rules_values,
)
from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.fragments import (
    FieldValue,
    Fragment,
    ListTerm,
    ParameterValue,
    RunStartedAt,
    Text,
    fragments,
    holes,
)
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.lexer import Kind, SqlError, tokenize
from dbt_batch_ops.sql.operands import BOOLEAN, TIMESTAMPTZ, bare, is_number, is_string, is_whole
from dbt_batch_ops.sql.prepared import Prepared, prepare
from dbt_batch_ops.sql.rules_casts import converted
from dbt_batch_ops.sql.translator import Rule, Translator
from dbt_batch_ops.sql.types import PgType

_RULES: Mapping[type[exp.Expression], Rule] = {
    **rules_structure.RULES,
    **rules_comparisons.RULES,
    **rules_numbers.RULES,
    **rules_text.RULES,
    **rules_moments.RULES,
    **rules_casts.RULES,
    **rules_values.RULES,
}
"""Every part of an expression whose meaning on the other engines is known; all others are refused."""

_SYNONYMS = frozenset({"now"})
"""Words that sqlglot prints otherwise, and that every engine knows."""


@dataclass(frozen=True)
class Translation:
    """What became of an expression.

    Attributes:
        fragments: The engine's text, with the same holes.
        is_kept: Whether it is the user's own text.
        problems: What has no equivalent, with its place in the user's text.
        warnings: What may not mean the same.
    """

    fragments: tuple[Fragment, ...]
    is_kept: bool
    problems: tuple[SqlError, ...]
    warnings: tuple[SqlError, ...]


def translate(
    expression: Expression,
    uses: list[Use],
    types: Mapping[str, PgType],
    lists: Mapping[int, tuple[int, ListTerm]],
    fields: Mapping[str, PgType | None],
    engine: str,
    *,
    target: PgType | None = None,
    over_rows: bool = False,
) -> Translation:
    """Translate an expression to an engine.

    Args:
        expression: The expression.
        uses: Its parameters, in order.
        types: The type of each parameter and list, and of each field of rows (`field_type`).
        lists: List terms that the package fills as a whole.
        fields: The entity's columns.
        engine: The engine.
        target: The type of the column that the value is written to; ``None`` for a condition.
        over_rows: Whether a query of its own reads it, and no statement that changes rows.
    """
    try:
        prepared = prepare(expression, holes(expression, uses, types, lists))
    except SqlError as error:
        return Translation((), False, (error,), ())

    def type_of_hole(name: str) -> PgType | None:
        hole = prepared.holes[name]
        if isinstance(hole, ParameterValue):
            return types.get(hole.name)
        if isinstance(hole, FieldValue):
            return types.get(field_type(hole.name))
        return (
            BOOLEAN if isinstance(hole, ListTerm) else TIMESTAMPTZ if isinstance(hole, RunStartedAt) else None
        )

    translator = Translator(expression, prepared, engine, _RULES, fields, type_of_hole, over_rows=over_rows)
    tree = _assigned(translator, prepared.tree, target) if target else translator.out(prepared.tree)
    problems, warnings = tuple(translator.problems), tuple(translator.warnings)
    if problems:
        return Translation((), False, problems, warnings)
    try:
        terms = [_printed(term, engine) for term in _and_terms(tree)]
    except UnsupportedError as error:
        return Translation((), False, (SqlError(str(error), 0),), warnings)
    text = " AND ".join(terms)
    if text == _printed(prepared.tree, "postgres") and _is_safe(expression, text, engine):
        return Translation(fragments(expression, uses, types, lists), True, (), warnings)
    pieces: list[Fragment] = []
    for index, term in enumerate(terms):
        pieces += [Text("\nAND "), *_pieces(term, prepared)] if index else _pieces(term, prepared)
    return Translation(tuple(pieces), False, (), warnings)


def field_type(field: str) -> str:
    """Return what stands for a field of rows among the types of parameters; no parameter is called so."""
    return f".{field}"


def engine_text(literal: exp.Expression, engine: str) -> Text:
    """Return a literal as text of an engine.

    Args:
        literal: The literal.
        engine: The engine.
    """
    return _text(_printed(literal, engine))


def _assigned(translator: Translator, tree: exp.Expression, target: PgType) -> exp.Expression:
    """Return a value as a column takes it: PostgreSQL converts and rounds, others differ in how."""
    own = translator.type_of(tree)
    if is_string(tree):
        return translator.literal(tree, target)
    if isinstance(bare(tree), exp.Null) or own == target or (is_whole(own) and is_whole(target)):
        return translator.out(tree)
    if own is None and not (is_whole(target) and translator.is_spark):
        return translator.out(tree)
    if is_number(own) and is_number(target) and not is_whole(target):
        return translator.out(tree)
    return converted(translator, tree, target, tree)


def _and_terms(tree: exp.Expression) -> list[exp.Expression]:
    terms: list[exp.Expression] = []
    while isinstance(tree, exp.And):
        terms.insert(0, tree.expression)
        tree = tree.this
    return [tree, *terms]


def _printed(tree: exp.Expression, dialect: str) -> str:
    return tree.sql(
        dialect=dialect, unsupported_level=ErrorLevel.RAISE, comments=False, normalize_functions=False
    )


def _is_safe(expression: Expression, text: str, engine: str) -> bool:
    """Return whether an engine reads the user's text as sqlglot does: every word of it is in what it prints.

    sqlglot reads more than the engine: other names of types and functions, nested comments, kinds of strings.
    """
    words = {
        token.word for token in tokenize(_without_backticks(text)) if token.kind is Kind.NAME
    } | _SYNONYMS
    for token in tokenize(expression.sql):
        if token.kind is Kind.NAME and token.word.lower() not in {word.lower() for word in words}:
            return False
        if token.kind is Kind.STRING and (not token.text.startswith("'") or set(token.text) & set("\\\n")):
            return False
        if token.kind is Kind.COMMENT and "/*" in token.text[2:]:
            return False
        if token.text == "::" and engine != DUCKDB:
            return False
        if token.kind is Kind.QUOTED_NAME and engine != DUCKDB:
            return False
    return True


def _without_backticks(text: str) -> str:
    return text.replace("`", " ")


def _pieces(text: str, prepared: Prepared) -> list[Fragment]:
    """Return printed text with its holes."""
    pieces: list[Fragment] = []
    for piece in re.split(rf"({prepared.prefix}\d+)", text):
        hole = prepared.holes.get(piece)
        if isinstance(hole, ParameterValue):
            pieces.append(replace(hole, as_rows=False))
        elif hole is not None:
            pieces.append(hole)
        elif piece:
            pieces.append(_text(piece))
    return pieces


def _text(sql: str) -> Text:
    """Return printed text, whose line breaks are all inside strings."""
    return Text(sql, frozenset(place for place, character in enumerate(sql) if character == "\n"))
