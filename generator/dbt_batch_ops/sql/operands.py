"""What type a part of an expression has, where an engine has to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlglot import exp

from dbt_batch_ops.sql.types import TEXT, Family, PgType, parse_type

INTEGER = parse_type("integer")
BIGINT = parse_type("bigint")
NUMERIC = parse_type("numeric")
DOUBLE = parse_type("double precision")
BOOLEAN = parse_type("boolean")
DATE = parse_type("date")
TIMESTAMP = parse_type("timestamp")
TIMESTAMPTZ = parse_type("timestamptz")
INTERVAL = parse_type("interval")
UUID = parse_type("uuid")

FLOATS = frozenset({"real", "double precision"})
_WIDTHS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
"""Numbers: of two, an operation has the type that stands further behind."""

_FIXED: dict[PgType, tuple[type[exp.Expression], ...]] = {
    BOOLEAN: (
        *(
            exp.Boolean,
            exp.And,
            exp.Or,
            exp.Not,
            exp.Is,
            exp.In,
            exp.Between,
            exp.Exists,
            exp.Like,
            exp.ILike,
        ),
        *(exp.Escape, exp.RegexpLike, exp.RegexpILike, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
        *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.StartsWith, exp.LogicalAnd, exp.LogicalOr),
    ),
    TEXT: (
        *(exp.Lower, exp.Upper, exp.Trim, exp.Replace, exp.Substring, exp.Left, exp.Right, exp.Concat),
        *(exp.ConcatWs, exp.Pad, exp.Repeat, exp.Reverse, exp.SplitPart, exp.MD5, exp.Translate),
        *(exp.RegexpReplace, exp.JSONExtractScalar, exp.DPipe),
    ),
    INTEGER: (exp.Length, exp.StrPosition, exp.Ascii),
    BIGINT: (exp.Count,),
    DATE: (exp.CurrentDate,),
    TIMESTAMPTZ: (exp.CurrentTimestamp,),
    TIMESTAMP: (exp.Localtimestamp,),
    INTERVAL: (exp.Interval,),
    UUID: (exp.Uuid,),
    NUMERIC: (exp.Extract,),
    DOUBLE: (exp.Rand,),
    parse_type("jsonb"): (exp.JSONExtract,),
}
_BY_CLASS = {cls: type_ for type_, classes in _FIXED.items() for cls in classes}

Known = Callable[[exp.Column], PgType | None]


def bare(node: exp.Expression) -> exp.Expression:
    """Return what stands in parentheses."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def is_string(node: exp.Expression) -> bool:
    """Return whether a node is a string literal, whose type PostgreSQL takes from its surroundings."""
    inner = bare(node)
    return isinstance(inner, exp.Literal) and bool(inner.is_string)


def is_number(type_: PgType | None) -> bool:
    """Return whether values of a type are numbers."""
    return type_ is not None and not type_.is_array and type_.family in (Family.INTEGER, Family.NUMBER)


def is_whole(type_: PgType | None) -> bool:
    """Return whether values of a type are whole numbers."""
    return type_ is not None and not type_.is_array and type_.family is Family.INTEGER


def is_moment(type_: PgType | None) -> bool:
    """Return whether values of a type are dates or times."""
    return type_ is not None and not type_.is_array and type_.family is Family.MOMENT


def is_text(type_: PgType | None) -> bool:
    """Return whether values of a type are text."""
    return type_ is not None and not type_.is_array and type_.family is Family.TEXT


def unified(nodes: Iterable[exp.Expression], known: Known) -> PgType | None:
    """Return the type that several values have together; ``None`` when it cannot be told.

    Args:
        nodes: The values. String literals and NULL take the type of the others.
        known: The type of a column or hole.
    """
    found: PgType | None = None
    for node in nodes:
        if is_string(node) or isinstance(bare(node), exp.Null):
            continue
        type_ = operand_type(node, known)
        if type_ is None:
            return None
        if found is None or found == type_:
            found = type_
        elif is_number(found) and is_number(type_):
            found = max(found, type_, key=lambda own: _WIDTHS.index(own.name))
        elif is_moment(found) and is_moment(type_):
            found = TIMESTAMPTZ if TIMESTAMPTZ in (found, type_) else TIMESTAMP
        else:
            return None
    return found


def operand_type(node: exp.Expression, known: Known) -> PgType | None:
    """Return the type of a value in PostgreSQL; ``None`` when it cannot be told.

    Args:
        node: The value, as PostgreSQL's tree has it.
        known: The type of a column or hole.
    """
    if isinstance(node, exp.Column):
        return known(node)
    find = _FOUND.get(type(node))
    return find(node, known) if find is not None else _BY_CLASS.get(type(node))


def cast_type(node: exp.Cast) -> PgType | None:
    """Return the type that a value is cast to; ``None`` when it is none that is known."""
    try:
        return parse_type(node.to.sql(dialect="postgres"))
    except ValueError:
        return None


def _literal_type(node: exp.Literal) -> PgType | None:
    if node.is_string:
        return None
    text = str(node.this)
    if not text.isdigit():
        return NUMERIC
    return INTEGER if int(text) < 2**31 else BIGINT if int(text) < 2**63 else NUMERIC


def _arithmetic(node: exp.Expression, known: Known) -> PgType | None:
    left, right = operand_type(node.this, known), operand_type(node.expression, known)
    if is_number(left) and is_number(right):
        return unified([node.this, node.expression], known)
    if isinstance(node, exp.Mul):
        return INTERVAL if INTERVAL in (left, right) else None
    if not isinstance(node, (exp.Add, exp.Sub)):
        return None
    if isinstance(node, exp.Sub) and is_moment(left) and is_moment(right):
        return INTEGER if left == right == DATE else INTERVAL
    if INTERVAL in (left, right):
        other = right if left == INTERVAL else left
        return TIMESTAMP if other == DATE else other
    if is_whole(left) or is_whole(right):
        return DATE if DATE in (left, right) else None
    return None


def _same(node: exp.Expression, known: Known) -> PgType | None:
    return operand_type(node.this, known)


def _unified(node: exp.Expression, known: Known) -> PgType | None:
    return unified([node.this, *node.expressions], known)


def _case(node: exp.Expression, known: Known) -> PgType | None:
    values = [branch.args["true"] for branch in node.args["ifs"]]
    return unified([*values, *([node.args["default"]] if node.args.get("default") else [])], known)


def _array(node: exp.Expression, known: Known) -> PgType | None:
    element = unified(node.expressions, known)
    return element.array if element is not None and not element.is_array else None


def _rounded(node: exp.Expression, known: Known) -> PgType | None:
    inner = operand_type(node.this, known)
    if inner is None or inner.name in FLOATS:
        return inner
    # Without a number of decimals, PostgreSQL rounds an integer as a double.
    return DOUBLE if is_whole(inner) and not node.args.get("decimals") else NUMERIC


def _sum(node: exp.Expression, known: Known) -> PgType | None:
    inner = operand_type(node.this, known)
    return NUMERIC if inner in (BIGINT, NUMERIC) else BIGINT if is_whole(inner) else inner


def _truncated(node: exp.Expression, known: Known) -> PgType | None:
    inner = operand_type(node.this, known)
    return TIMESTAMPTZ if inner == DATE else inner


def _in_zone(node: exp.Expression, known: Known) -> PgType | None:
    """Return the other kind of timestamp: a zone is taken from one, or given to the other."""
    return {TIMESTAMP: TIMESTAMPTZ, TIMESTAMPTZ: TIMESTAMP}.get(operand_type(node.this, known) or DATE)


_FOUND: dict[type[exp.Expression], Callable[[Any, Known], PgType | None]] = {
    exp.Cast: lambda node, _: cast_type(node),
    exp.Literal: lambda node, _: _literal_type(node),
    exp.Array: _array,
    exp.Case: _case,
    exp.Sum: _sum,
    exp.TimestampTrunc: _truncated,
    exp.AtTimeZone: _in_zone,
    **dict.fromkeys((exp.Paren, exp.Neg, exp.Abs, exp.Sign, exp.Min, exp.Max, exp.Filter, exp.Nullif), _same),
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), _unified),
    **dict.fromkeys((exp.Round, exp.Ceil, exp.Floor), _rounded),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod), _arithmetic),
}
"""How the type is found of what has that of its parts."""
