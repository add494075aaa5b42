"""Arithmetic and functions of numbers: what is divided, rounded and overflows as in PostgreSQL."""

from __future__ import annotations

from sqlglot import exp

from dbt_batch_ops.sql.operands import (
    DATE,
    DOUBLE,
    FLOATS,
    INTERVAL,
    TIMESTAMP,
    bare,
    is_moment,
    is_number,
    is_string,
    is_whole,
)
from dbt_batch_ops.sql.rules_structure import plain
from dbt_batch_ops.sql.translator import Rule, Translator
from dbt_batch_ops.sql.types import Family


def _add(t: Translator, node: exp.Expression) -> exp.Expression:
    left, right = t.type_of(node.this), t.type_of(node.expression)
    for type_ in (left, right):
        if type_ is not None and (type_.is_array or type_.family in (Family.JSON, Family.TEXT)):
            shown = t.written(node)
            return t.refuse(node, f"{shown} works on numbers, dates and intervals here, not on {type_}")
    if is_moment(left) or is_moment(right):
        if is_string(node.this) or is_string(node.expression):
            problem = (
                "a string beside a date may be a date or an interval; write interval '1 day' or date '...'"
            )
            return t.refuse(node, problem)
        if isinstance(node, exp.Sub) and left == right == DATE and t.is_spark:
            return exp.Anonymous(this="DATEDIFF", expressions=[t.out(node.this), t.out(node.expression)])
        if isinstance(node, exp.Sub) and (left is None or right is None) and t.is_spark:
            return t.refuse(node, f"{_untold(t, node, left, right)}: dates are subtracted in days; cast both")
    this, expression = t.settled([node.this, node.expression], left or right)
    if INTERVAL in (left, right) and DATE in (left, right) and t.is_spark:
        # A date with an interval is a timestamp in PostgreSQL, and a date in Spark, which loses the hours.
        this, expression = (
            t.cast(value, TIMESTAMP) if type_ == DATE else value
            for value, type_ in ((this, left), (expression, right))
        )
    return type(node)(this=this, expression=expression)


def _multiply(t: Translator, node: exp.Expression) -> exp.Expression:
    left, right = t.type_of(node.this), t.type_of(node.expression)
    if INTERVAL in (left, right):
        other = right if left == INTERVAL else left
        if not is_whole(other):
            problem = "an interval is multiplied by whole numbers only; cast the other side to integer"
            return t.refuse(node, problem)
        return t.rebuilt(node)
    this, expression = t.settled([node.this, node.expression], left or right)
    return exp.Mul(this=this, expression=expression)


def _divide(t: Translator, node: exp.Expression) -> exp.Expression:
    left, right = t.type_of(node.this), t.type_of(node.expression)
    if not is_number(left) or not is_number(right):
        return t.refuse(
            node,
            f"{_untold(t, node, left, right)}: PostgreSQL divides whole numbers without a remainder; write "
            "cast(... as integer), numeric(10, 2) or double precision on both sides",
        )
    assert left is not None
    assert right is not None
    this = t.out(node.this)
    divisor = _divisor(t, node.expression, this)
    if is_whole(left) and is_whole(right):
        return exp.IntDiv(this=this, expression=divisor)
    if {left.name, right.name} & FLOATS:
        return exp.Div(this=this, expression=divisor, typed=False, safe=False)
    if not t.is_spark:
        return t.refuse(
            node,
            f"{t.shown} divides numeric values as double precision, which may round to another last digit; "
            "multiply instead, or cast one side to double precision",
        )
    return exp.Div(this=this, expression=divisor, typed=False, safe=False)


def _modulo(t: Translator, node: exp.Expression) -> exp.Expression:
    left, right = t.type_of(node.this), t.type_of(node.expression)
    if not is_number(left) or not is_number(right):
        return t.refuse(node, f"{_untold(t, node, left, right)}; write cast(... as integer) on both sides")
    this = t.out(node.this)
    return exp.Mod(this=this, expression=_divisor(t, node.expression, this))


def _divisor(t: Translator, node: exp.Expression, dividend: exp.Expression) -> exp.Expression:
    """Return a divisor that fails when it is 0, as in PostgreSQL: elsewhere the value may become NULL."""
    inner, divisor = bare(node), t.out(node)
    if isinstance(inner, exp.Neg):
        inner = bare(inner.this)
    if isinstance(inner, exp.Nullif) or (isinstance(inner, exp.Literal) and float(str(inner.this)) != 0):
        return divisor
    failing = exp.Anonymous(
        this="RAISE_ERROR" if t.is_spark else "ERROR",
        expressions=[exp.Literal.string("division by zero")],
    )
    type_ = t.type_of(node)
    assert type_ is not None
    failure = t.cast(failing, type_) if t.is_spark else failing
    when: exp.Expression = exp.EQ(this=divisor.copy(), expression=exp.Literal.number(0))
    if not isinstance(bare(dividend), exp.Literal):
        # NULL divided by 0 is NULL in PostgreSQL.
        is_given = exp.Not(this=exp.Is(this=dividend.copy(), expression=exp.Null()))
        when = exp.And(this=when, expression=is_given)
    return exp.Paren(this=exp.Case(ifs=[exp.If(this=when, true=failure)], default=divisor))


def _untold(t: Translator, node: exp.Expression, left: object, right: object) -> str:
    sides = [side for side, type_ in ((node.this, left), (node.expression, right)) if type_ is None]
    first = sides[0] if sides else node.this
    return f"the type of {t.written(first)} cannot be told" if sides else "these are no numbers"


def _round(t: Translator, node: exp.Expression) -> exp.Expression:
    type_ = t.type_of(node.this)
    decimals = node.args.get("decimals")
    if not is_number(type_) or (type_ is not None and type_.name in FLOATS):
        what = "cannot be told" if type_ is None else f"is {type_}"
        return t.refuse(
            node,
            f"the type of what is rounded {what}: PostgreSQL rounds a double half to even, others do not; "
            "write round(cast(... as numeric(20, 6)), 2)",
        )
    if decimals is not None and not _is_small_number(decimals):
        return t.refuse(node, "the number of decimals must be written out, as 2")
    return plain("this", "decimals")(t, node)


def _is_small_number(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()


def _numeric_function(t: Translator, node: exp.Expression) -> exp.Expression:
    if not is_number(t.type_of(node.this)):
        return t.refuse(node, f"the type of what {t.written(node)} is given cannot be told; cast it")
    if isinstance(node, (exp.Ceil, exp.Floor)) and is_whole(t.type_of(node.this)):
        return type(node)(this=t.cast(t.out(node.this), DOUBLE))  # as PostgreSQL does
    return plain("this")(t, node)


RULES: dict[type[exp.Expression], Rule] = {
    exp.Add: _add,
    exp.Sub: _add,
    exp.Mul: _multiply,
    exp.Div: _divide,
    exp.Mod: _modulo,
    exp.Neg: plain("this"),
    exp.Abs: _numeric_function,
    exp.Ceil: _numeric_function,
    exp.Floor: _numeric_function,
    exp.Round: _round,
    exp.Sum: plain("this"),
    exp.Avg: plain("this"),
    exp.Rand: plain(),
}
