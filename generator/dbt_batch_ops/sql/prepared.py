"""An expression as text that sqlglot reads without loss: holes are names, strings are plain."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.fragments import Fragment, Text
from dbt_batch_ops.sql.lexer import Kind, SqlError, Token, tokenize
from dbt_batch_ops.sql.parsing import parse

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DOLLAR = re.compile(r"(\$[^$]*\$)(.*)\1", re.DOTALL)


@dataclass(frozen=True)
class Prepared:
    """An expression that can be translated.

    Attributes:
        tree: What sqlglot made of it.
        holes: What the package fills, by the name that stands for it in the tree.
        prefix: What those names begin with, and nothing else in the expression.
    """

    tree: exp.Expression
    holes: dict[str, Fragment]
    prefix: str
    _starts: tuple[tuple[int, int], ...]

    def offset(self, place: int) -> int:
        """Return where a character of the prepared text stands in the user's text."""
        index = bisect_right(self._starts, (place, 10**9)) - 1
        prepared, original = self._starts[max(index, 0)]
        return original + place - prepared if prepared <= place else original


def prepare(expression: Expression, edits: Iterable[tuple[int, int, Fragment]]) -> Prepared:
    """Parse an expression with its holes as names.

    Args:
        expression: The expression.
        edits: Start and end of each hole, and what it is.

    Raises:
        SqlError: A string is of a kind that other engines do not have.
    """
    prefix = "b_hole"
    while prefix in expression.sql.lower():
        prefix += "_"
    holes: dict[str, Fragment] = {}
    replaced: list[tuple[int, int, str]] = []
    for start, end, fragment in edits:
        if isinstance(fragment, Text):
            continue  # a string on one line, which is read from its token below
        name = f"{prefix}{len(holes)}"
        holes[name] = fragment
        replaced.append((start, end, name))
    for token in expression.tokens:
        if token.kind is Kind.STRING and not _is_plain(token):
            replaced.append((token.start, token.end, _plain(token)))
    pieces: list[str] = []
    starts: list[tuple[int, int]] = []
    place = length = 0
    for start, end, text in sorted(replaced):
        for piece, original in ((expression.sql[place:start], place), (text, start)):
            starts.append((length, original))
            pieces.append(piece)
            length += len(piece)
        place = end
    starts.append((length, place))
    prepared = "".join([*pieces, expression.sql[place:]])
    return Prepared(parse(prepared, tokenize(prepared)), holes, prefix, tuple(starts))


def _is_plain(token: Token) -> bool:
    return token.text.startswith("'")


def _plain(token: Token) -> str:
    """Return a string of the rarer kinds as a plain one."""
    text = token.text
    if dollar := _DOLLAR.fullmatch(text):
        value = dollar[2]
    elif text[0] in "eE":
        value = _ESCAPE.sub(_character, text[2:-1].replace("''", "'"))
    elif text[0] in "nN":
        value = text[2:-1].replace("''", "'")
    else:
        raise SqlError("strings with a prefix are PostgreSQL's alone; write a plain string", token.start)
    return "'" + value.replace("'", "''") + "'"


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uU" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _ESCAPED.get(code, code)
