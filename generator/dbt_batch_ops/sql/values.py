"""What a value in ``update_data`` and its like is: SQL, a parameter or a literal."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.sql.keywords import NILADIC_FUNCTIONS
from dbt_batch_ops.sql.lexer import Kind, SqlError, Token, tokenize

_OPERATORS = frozenset("+-*/|%<>=")
_FIRST_WORDS = frozenset({"case", "select", "not", "cast", "array", "interval"})


class ValueFormError(ValueError):
    """A value of a form that is not supported; the message says what to write."""


@dataclass(frozen=True)
class SqlValue:
    """A value that is SQL.

    Attributes:
        sql: The expression.
        outright: Whether it stands under ``sql:``.
    """

    sql: str
    outright: bool


@dataclass(frozen=True)
class LiteralValue:
    """A value that is data.

    Attributes:
        value: What YAML read.
        outright: Whether it stands under ``value:``; then nobody asks whether it was meant as SQL.
    """

    value: Any
    outright: bool


def classify(value: Any) -> SqlValue | LiteralValue:
    """Return what a value is.

    A call (``NOW()``), a parameter (``:name``) and a field (``:rows.field``) are SQL, anything else is a
    literal; ``{sql: …}`` and ``{value: …}`` say it outright (DESIGN section 5).

    Args:
        value: What YAML read.

    Raises:
        ValueFormError: A mapping of another form.
    """
    if isinstance(value, dict):
        if set(value) == {"sql"} and isinstance(value["sql"], str):
            return SqlValue(value["sql"], outright=True)
        if set(value) == {"value"}:
            return LiteralValue(value["value"], outright=True)
        raise ValueFormError(
            'must be a value, {sql: "an expression"} or {value: a literal}; a JSON object is {value: {...}}'
        )
    if not isinstance(value, str):
        return LiteralValue(value, outright=False)
    text = value.strip()
    if _is_parameter(text) or _is_call(text):
        return SqlValue(value, outright=False)
    return LiteralValue(value, outright=False)


def _tokens(text: str) -> list[Token]:
    try:
        return tokenize(text)
    except SqlError:
        return []


def _is_parameter(text: str) -> bool:
    """Return whether the whole text is ``:name`` or ``:rows.field``."""
    tokens = _tokens(text)
    return len(tokens) == 1 and tokens[0].kind is Kind.PARAMETER and tokens[0].text == text


def _is_call(text: str) -> bool:
    """Return whether the whole text is one call, as ``NOW()`` or ``app.f(a, b)``.

    The bracket must follow the name directly: ``Deactivated (by hand)`` is prose.
    """
    tokens = _tokens(text)
    opening = next((i for i, token in enumerate(tokens) if token.text == "("), 0)
    if opening == 0 or tokens[-1].text != ")" or tokens[opening].start != tokens[opening - 1].end:
        return False
    name = "".join(token.text for token in tokens[:opening])
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", name) or name != text[: len(name)]:
        return False
    depth = 0
    for token in tokens[opening:]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return token is tokens[-1]
    return False


def looks_like_sql(text: str, fields: Collection[str]) -> bool:
    """Return whether a literal may have been meant as SQL.

    Args:
        text: The literal.
        fields: The entity's columns: their names in an expression give SQL away.
    """
    tokens = [token for token in _tokens(text) if token.kind is not Kind.COMMENT]
    if not tokens:
        return False
    words = [token.word for token in tokens]
    if len(tokens) == 1:
        return words[0] in NILADIC_FUNCTIONS - {"user"} or text in fields
    if words[0] in _FIRST_WORDS or any(token.kind is Kind.PARAMETER and token.start == 0 for token in tokens):
        return True
    if "::" in words or any(_calls(tokens, index) for index in range(len(tokens) - 1)):
        return True
    names = {token.text for token in tokens if token.kind is Kind.NAME}
    has_operator = any(token.text in _OPERATORS for token in tokens if token.kind is Kind.SYMBOL)
    return has_operator and bool(names & (set(fields) | NILADIC_FUNCTIONS))


def _calls(tokens: list[Token], index: int) -> bool:
    token, following = tokens[index], tokens[index + 1]
    return token.kind is Kind.NAME and following.text == "(" and following.start == token.end
