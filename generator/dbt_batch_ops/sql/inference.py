"""What type a parameter has, from where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.keywords import folded
from dbt_batch_ops.sql.lexer import Token
from dbt_batch_ops.sql.parsing import identifier_offset
from dbt_batch_ops.sql.types import TEXT, PgType, parse_type

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_TEXT_PATTERNS = (exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike)
_TEXT_RESULTS = (exp.Lower, exp.Upper, exp.JSONExtractScalar, exp.JSONBExtractScalar)
"""Expressions whose value is text whatever they are given."""


@dataclass(frozen=True)
class Use:
    """One place where a parameter stands.

    Attributes:
        name: The parameter, or the name of the rows that a field belongs to.
        offset: Where in the expression.
        type: The type that the place asks for; ``None`` when it cannot be told.
        column: The column whose type it is (its element's, for an array); ``None`` when no column decides.
        is_list: Whether it is alone in ``IN (:name)``, which takes an array or one value.
        needs_array: Whether it stands in ``ANY(...)`` or ``ALL(...)``.
        field: The field, in ``:rows.field``; ``None`` for a parameter.
        length: Characters that it has in the expression.
        is_cast: Whether the type is that of a cast right around it.
    """

    name: str
    offset: int
    type: PgType | None
    column: str | None = None
    is_list: bool = False
    needs_array: bool = False
    field: str | None = None
    length: int = 0
    is_cast: bool = False

    @property
    def shown(self) -> str:
        """The use as it is written."""
        return f":{self.name}" if self.field is None else f":{self.name}.{self.field}"


def parameter_uses(expression: Expression, fields: Mapping[str, PgType | None]) -> list[Use]:
    """Return every use of a parameter in an expression, in order.

    Args:
        expression: The expression.
        fields: The entity's columns and their types; ``None`` for a type that is not known.
    """
    inference = _Inference(expression, fields)
    uses = [
        replace(inference.use(token, node), field=token.field, length=len(token.text))
        for node in expression.tree.find_all(exp.Column)
        if (token := expression.parameter_at(node)) is not None
    ]
    return sorted(uses, key=lambda use: use.offset)


class _Inference:
    def __init__(self, expression: Expression, fields: Mapping[str, PgType | None]) -> None:
        self.expression = expression
        self.fields = fields
        self.target_offsets = {column.offset for column in expression.columns}

    def use(self, token: Token, node: exp.Expression) -> Use:
        """Return what one occurrence asks for."""
        name, offset = token.parameter, token.start
        parent, child = _parent(node)
        if isinstance(parent, exp.Cast) and child is parent.this:
            return Use(name, offset, _cast_type(parent), is_cast=True)
        if isinstance(parent, exp.In):
            return self._in_list(name, offset, parent, child)
        if parent is not None and _is_any_or_all(parent):
            comparison, side = _parent(parent)
            column = self._other_side(comparison, side) if isinstance(comparison, _COMPARISONS) else None
            type_ = self._type(column)
            return Use(name, offset, type_.array if type_ else None, _scalar(column, type_), needs_array=True)
        if isinstance(parent, _TEXT_PATTERNS) or (
            isinstance(parent, exp.AtTimeZone) and child is not parent.this
        ):
            return Use(name, offset, TEXT)
        if isinstance(parent, (exp.Between, exp.Coalesce)):
            return self._by_column(name, offset, self._first_column(parent, child))
        if isinstance(parent, _COMPARISONS):
            other = _unwrapped(parent.expression if child is parent.this else parent.this)
            if _is_any_or_all(other):
                type_ = self._type(self._column(_unwrapped(_argument(other))))
                return Use(name, offset, type_.element if type_ and type_.is_array else None)
            if isinstance(other, exp.Cast):
                return Use(name, offset, _cast_type(other))
            if isinstance(other, _TEXT_RESULTS):
                return Use(name, offset, TEXT)
            return self._by_column(name, offset, self._column(other))
        return Use(name, offset, None)

    def _in_list(self, name: str, offset: int, parent: exp.In, child: exp.Expression) -> Use:
        if child is parent.this:
            return self._by_column(name, offset, self._first_column(parent, child))
        column = self._column(_unwrapped(parent.this))
        if len(parent.expressions) > 1:
            return self._by_column(name, offset, column)
        type_ = self._type(column)
        return Use(name, offset, type_.array if type_ else None, _scalar(column, type_), is_list=True)

    def _by_column(self, name: str, offset: int, column: str | None) -> Use:
        type_ = self._type(column)
        return Use(name, offset, type_, _scalar(column, type_))

    def _other_side(self, comparison: exp.Expression, side: exp.Expression) -> str | None:
        other = comparison.expression if side is comparison.this else comparison.this
        return self._column(_unwrapped(other))

    def _first_column(self, parent: exp.Expression, child: exp.Expression) -> str | None:
        siblings = (self._column(_unwrapped(node)) for node in parent.iter_expressions() if node is not child)
        return next((column for column in siblings if column is not None), None)

    def _column(self, node: exp.Expression | None) -> str | None:
        """Return the target's column that a node is, or ``None``."""
        if not isinstance(node, exp.Column) or identifier_offset(node) not in self.target_offsets:
            return None
        return folded(node.name, is_quoted=bool(node.this.quoted))

    def _type(self, column: str | None) -> PgType | None:
        return self.fields.get(column) if column is not None else None


def _scalar(column: str | None, type_: PgType | None) -> str | None:
    """Return the column unless it is an array itself: then its live type says nothing about the element."""
    return None if type_ is None or type_.is_array else column


def _parent(node: exp.Expression) -> tuple[exp.Expression | None, exp.Expression]:
    """Return the nearest parent that is more than parentheses, and its child on the way to the node."""
    child: exp.Expression = node
    parent: Any = node.parent
    while isinstance(parent, exp.Paren):
        child, parent = parent, parent.parent
    return parent, child


def _unwrapped(node: Any) -> exp.Expression | None:
    while isinstance(node, exp.Paren):
        node = node.this
    return node if isinstance(node, exp.Expression) else None


def _is_any_or_all(node: exp.Expression | None) -> bool:
    if isinstance(node, (exp.Any, exp.All)):
        return True
    return (
        isinstance(node, exp.Anonymous)
        and str(node.this).lower() in ("all", "some")
        and len(node.expressions) == 1
    )


def _argument(node: exp.Expression | None) -> Any:
    if isinstance(node, exp.Anonymous):
        return node.expressions[0]
    return node.this if node is not None else None


def _cast_type(cast: exp.Cast) -> PgType | None:
    try:
        return parse_type(cast.to.sql(dialect="postgres"))
    except ValueError:
        return None
