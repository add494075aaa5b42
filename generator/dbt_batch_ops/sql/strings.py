"""Strings over several lines, written on one: a statement can then be indented without changing them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dbt_batch_ops.sql.lexer import Kind, Token
from dbt_batch_ops.sql.literals import quote_string

_DOLLAR = re.compile(r"(\$[^$]*\$)(.*)\1", re.DOTALL)
_ESCAPED = re.compile(r"\\?\n")


def one_line_strings(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Yield the strings of an expression that go over several lines, and how to write each on one.

    Those next to another string are left as they are: both together are one string to PostgreSQL.

    Args:
        tokens: The expression's tokens without comments.
    """
    for index, token in enumerate(tokens):
        if token.kind is not Kind.STRING or "\n" not in token.text:
            continue
        neighbours = [*tokens[max(index - 1, 0) : index], *tokens[index + 1 : index + 2]]
        text = _on_one_line(token.text)
        if text is not None and not any(other.kind is Kind.STRING for other in neighbours):
            yield token, text


def _on_one_line(text: str) -> str | None:
    """Return a string literal of the same value on one line; ``None`` for the rarer kinds."""
    if text.startswith("'"):
        return quote_string(text[1:-1].replace("''", "'"))
    if text[0] in "eE":
        return _with_escaped_breaks(text)
    dollar = _DOLLAR.fullmatch(text)
    return quote_string(dollar[2]) if dollar else None


def _with_escaped_breaks(text: str) -> str:
    """Return an ``E''`` string with its line breaks escaped, also those after a backslash."""
    pieces = re.split(r"(\\[^\n]|\\?\n)", text)
    return "".join("\\n" if _ESCAPED.fullmatch(piece) else piece for piece in pieces)
