"""Where the parts of an expression stand in the user's text, and what they are called there."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.keywords import NILADIC_FUNCTIONS
from dbt_batch_ops.sql.lexer import Kind, Token
from dbt_batch_ops.sql.parsing import PREFIX_LENGTH
from dbt_batch_ops.sql.prepared import Prepared

_BETWEEN = frozenset({")", "::", "as", "not", "is"})
"""Tokens between an operand and the word that says what is done with it."""

_OPERATORS: dict[type[exp.Expression], str] = {
    exp.SimilarTo: "SIMILAR TO",
    exp.Collate: "COLLATE",
    exp.AtTimeZone: "AT TIME ZONE",
    exp.Overlaps: "OVERLAPS",
}
"""Operators that are words."""


class Places:
    """Finds the token that a node of the tree comes from.

    sqlglot keeps the place of names, literals and most functions; an operator is found behind its left side.
    """

    def __init__(self, expression: Expression, prepared: Prepared) -> None:
        """Look in one expression."""
        self._tokens = expression.tokens
        self._prepared = prepared

    def of(self, node: exp.Expression) -> int:
        """Return where a node stands in the user's text, counted from 0."""
        token = self._token(node)
        return token.start if token is not None else 0

    def shown(self, node: exp.Expression) -> str:
        """Return what a node is called in a message."""
        token = self._token(node)
        if token is None:
            return node.key.upper()
        if isinstance(node, exp.Cast):
            return f"the cast to {quoted(token.text)}"
        if isinstance(node, exp.Func) and type(node) not in _OPERATORS and token.kind is Kind.NAME:
            return f"the function {quoted(token.text)}"
        if type(node) in _OPERATORS:
            return f"the operator {quoted(_OPERATORS[type(node)])}"
        if token.kind is Kind.SYMBOL:
            return f"the operator {quoted(self._symbols(token))}"
        return quoted(token.text)

    def _token(self, node: exp.Expression) -> Token | None:
        own = self._own(node)
        if own is not None:
            return own
        if isinstance(node, (exp.Binary, exp.Cast, exp.Bracket, exp.In, exp.Between, exp.Is, exp.AtTimeZone)):
            left = self._last_of(node.this)
            follows = [token for token in self._tokens if left is None or token.start > left]
            found = next((token for token in follows if token.word not in _BETWEEN), None)
            if found is not None:
                return found
        first = self._first_of(node)
        if isinstance(node, exp.Func):
            return self._called(node, first)
        named = [t for t in self._tokens if t.word == node.key and (first is None or t.start <= first)]
        return named[-1] if named else next((t for t in self._tokens if t.start == first), None)

    def _called(self, node: exp.Func, first: int | None) -> Token | None:
        """Return the name before the parenthesis in which the first argument stands."""
        calls = [
            token
            for token, opening in zip(self._tokens, (*self._tokens[1:], None), strict=True)
            if token.kind is Kind.NAME
            and (first is None or token.start <= first)
            and ((opening is not None and opening.text == "(") or token.word in NILADIC_FUNCTIONS)
        ]
        names = {name.lower() for name in node.sql_names()}
        known = [token for token in calls if token.word in names]
        fallback = next((token for token in self._tokens if token.start == first), None)
        return known[-1] if known else calls[-1] if calls else fallback

    def _own(self, node: Any) -> Token | None:
        named = node.this if isinstance(node, exp.Column) else node
        if not isinstance(named, exp.Expression) or "start" not in named.meta:
            return None
        offset = self._prepared.offset(int(named.meta["start"]) - PREFIX_LENGTH)
        return next((token for token in self._tokens if token.start <= offset < token.end), None)

    def _first_of(self, node: exp.Expression) -> int | None:
        return min((token.start for part in node.walk() if (token := self._own(part))), default=None)

    def _last_of(self, node: exp.Expression) -> int | None:
        return max((token.start for part in node.walk() if (token := self._own(part))), default=None)

    def _symbols(self, token: Token) -> str:
        """Return an operator of several characters, each of which is a token."""
        text = token.text
        for following in self._tokens:
            if following.start == token.start + len(text) and following.kind is Kind.SYMBOL:
                if following.text in "()[],." or text in "()[],.":
                    break
                text += following.text
        return text
