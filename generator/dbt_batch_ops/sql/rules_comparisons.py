"""Comparisons and what compares: the types of literals, rows, lists, NULL."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from dbt_batch_ops.sql.fragments import ParameterValue
from dbt_batch_ops.sql.operands import bare, is_text
from dbt_batch_ops.sql.rules_structure import plain
from dbt_batch_ops.sql.translator import Rule, Translator
from dbt_batch_ops.sql.types import Family, PgType

_ORDER = (exp.GT, exp.GTE, exp.LT, exp.LTE)
_DUCKDB_LISTS = ("LIST_CONTAINS", ("LIST_COUNT",), "LEN")
_SPARK_LISTS = ("ARRAY_CONTAINS", ("ARRAY_COMPACT", "SIZE"), "SIZE")
"""What tells whether an element is in an array, how many elements are not NULL, and how many there are."""

_STRICT: dict[type[exp.Expression], type[exp.Expression]] = {exp.GTE: exp.GT, exp.LTE: exp.LT}


def _compare(t: Translator, node: exp.Expression) -> exp.Expression:
    if isinstance(bare(node.this), exp.Tuple) or isinstance(bare(node.expression), exp.Tuple):
        return _compare_rows(t, node)
    listed = _list_of(node.expression)
    if listed is not None:
        return _compare_list(t, node, listed)
    if isinstance(node.expression, (exp.Any, exp.All)):
        return t.refuse(node, "ANY and ALL of a subquery have no equivalent that is known here; write IN")
    type_ = _comparable(t, node, [node.this, node.expression], is_order=isinstance(node, _ORDER))
    this, expression = t.settled([node.this, node.expression], type_)
    return type(node)(this=this, expression=expression)


def _comparable(
    t: Translator, node: exp.Expression, values: list[exp.Expression], *, is_order: bool
) -> PgType | None:
    """Return the type that compared values have together, and record what compares otherwise."""
    type_ = t.together(values)
    for value in values:
        own = t.type_of(value)
        if own is not None and own.family is Family.JSON:
            t.refuse(
                node, "JSON is compared as text here, and not by its content; compare a field: j ->> 'a'"
            )
            return type_
    if is_order and is_text(type_):
        t.warn_of_collation(node)
    return type_


def _list_of(node: exp.Expression) -> exp.Expression | None:
    """Return the array in ``ANY(array)`` or ``ALL(array)``, or ``None``."""
    is_call = isinstance(node, exp.Anonymous) and str(node.this).lower() in ("any", "all", "some")
    if is_call and len(node.expressions) == 1:
        return bare(node.expressions[0])
    if isinstance(node, (exp.Any, exp.All)) and not isinstance(bare(node.this), (exp.Query, exp.Subquery)):
        return bare(node.this)
    return None


def _compare_list(t: Translator, node: exp.Expression, listed: exp.Expression) -> exp.Expression:
    called = node.expression
    is_any = isinstance(called, exp.Any) or str(called.this).lower() in ("any", "some")
    if (type(node), is_any) not in ((exp.EQ, True), (exp.NEQ, False)):
        return t.refuse(node, "only '= any(list)' and '<> all(list)' have an equivalent here")
    return _in_array(t, node, node.this, listed, is_negated=not is_any)


def _in_array(
    t: Translator, node: exp.Expression, value: exp.Expression, listed: exp.Expression, *, is_negated: bool
) -> exp.Expression:
    """Return whether a value is in an array, NULL where PostgreSQL does not know."""
    array_type = t.type_of(listed)
    if array_type is None or array_type.dimensions != 1:
        return t.refuse(node, f"{t.written(listed)} is not known to be a list; cast it, as ::integer[]")
    (element,) = t.settled([value], array_type.element)
    return _contains(t, t.out(listed), element, is_negated=is_negated)


def _contains(
    t: Translator, array: exp.Expression, element: exp.Expression, *, is_negated: bool
) -> exp.Expression:
    """Return whether an array has an element; versions and engines differ in what they say of NULL."""
    contains, full, size = _SPARK_LISTS if t.is_spark else _DUCKDB_LISTS
    null = exp.Cast(this=exp.Null(), to=exp.DataType.build("boolean"))
    in_array = exp.Anonymous(this=contains, expressions=[array, element])
    without_null: exp.Expression = array.copy()
    for function in full:
        without_null = exp.Anonymous(this=function, expressions=[without_null])
    length = exp.Anonymous(this=size, expressions=[array.copy()])
    is_null = exp.Is(this=element.copy(), expression=exp.Null())
    unknown = exp.Or(
        this=exp.Paren(
            this=exp.And(this=is_null, expression=exp.GT(this=length, expression=exp.Literal.number(0)))
        ),
        expression=exp.LT(this=without_null, expression=length.copy()),
    )
    branches = [
        exp.If(this=exp.Is(this=array.copy(), expression=exp.Null()), true=null),
        exp.If(this=in_array, true=exp.Boolean(this=not is_negated)),
        exp.If(this=unknown, true=null.copy()),
    ]
    return exp.Case(ifs=branches, default=exp.Boolean(this=is_negated))


def _in(t: Translator, node: exp.Expression) -> exp.Expression:
    if isinstance(bare(node.this), exp.Tuple):
        return t.refuse(node, "rows are not compared with IN here; write (a = 1 and b = 2) or (...)")
    if node.args.get("query") is not None:
        return plain("this", "query")(t, node)
    values = node.expressions
    if len(values) == 1 and isinstance(t.fragment(values[0]), ParameterValue):
        type_ = t.type_of(values[0])
        if type_ is not None and type_.is_array:
            return _in_array(t, node, node.this, values[0], is_negated=False)
    type_ = _comparable(t, node, [node.this, *values], is_order=False)
    this, *others = t.settled([node.this, *values], type_)
    return exp.In(this=this, expressions=others)


def _compare_rows(t: Translator, node: exp.Expression) -> exp.Expression:
    """Compare rows column by column: engines differ in how they order them."""
    left, right = bare(node.this), bare(node.expression)
    if not (isinstance(left, exp.Tuple) and isinstance(right, exp.Tuple)) or len(left.expressions) != len(
        right.expressions
    ):
        return t.refuse(node, "a row is compared with a row of as many columns only")
    pairs = list(zip(left.expressions, right.expressions, strict=True))
    if isinstance(node, (exp.EQ, exp.NEQ)):
        equal = [exp.EQ(this=one, expression=other) for one, other in pairs]
        every = exp.Paren(this=exp.and_(*(t.out(part) for part in equal), wrap=False, copy=False))
        return every if isinstance(node, exp.EQ) else exp.Not(this=every)
    if not isinstance(node, _ORDER):
        return t.refuse(node, "rows are compared with =, <>, <, <=, > and >= only")
    strict = _STRICT.get(type(node), type(node))
    terms: list[Any] = []
    for place, (one, other) in enumerate(pairs):
        operator = type(node) if place == len(pairs) - 1 else strict
        before = [exp.EQ(this=a, expression=b) for a, b in pairs[:place]]
        parts = [t.out(part) for part in (*before, operator(this=one, expression=other))]
        joined = exp.and_(*parts, wrap=False, copy=False)
        terms.append(exp.Paren(this=joined) if len(parts) > 1 else joined)
    return exp.Paren(this=exp.or_(*terms, wrap=False, copy=False))


def _between(t: Translator, node: exp.Expression) -> exp.Expression:
    parts = [node.this, node.args["low"], node.args["high"]]
    type_ = _comparable(t, node, parts, is_order=True)
    this, low, high = t.settled(parts, type_)
    between = exp.Between(this=this, low=low, high=high)
    if node.args.get("symmetric"):
        turned = exp.Between(this=this.copy(), low=high.copy(), high=low.copy())
        return exp.Paren(this=exp.Or(this=between, expression=turned))
    return between


def _choose(t: Translator, node: exp.Expression) -> exp.Expression:
    """Translate COALESCE, GREATEST and LEAST; all three leave NULL out on every engine here."""
    values = [node.this, *node.expressions]
    is_order = not isinstance(node, exp.Coalesce)
    type_ = _comparable(t, node, values, is_order=is_order) if is_order else t.together(values)
    this, *others = t.settled(values, type_)
    # sqlglot is told that NULL is left out, or it would print a CASE that does not.
    return type(node)(**{**node.args, "this": this, "expressions": others})


def _nullif(t: Translator, node: exp.Expression) -> exp.Expression:
    type_ = _comparable(t, node, [node.this, node.expression], is_order=False)
    this, expression = t.settled([node.this, node.expression], type_)
    return exp.Nullif(this=this, expression=expression)


def _case(t: Translator, node: exp.Expression) -> exp.Expression:
    branches, default = node.args["ifs"], node.args.get("default")
    results = [branch.args["true"] for branch in branches] + ([default] if default is not None else [])
    translated = t.settled(results, t.together(results))
    operand = node.this
    if operand is not None:
        tests = [operand, *(branch.this for branch in branches)]
        type_ = _comparable(t, node, tests, is_order=False)
        operand, *conditions = t.settled(tests, type_)
    else:
        conditions = [t.out(branch.this) for branch in branches]
    ifs = [exp.If(this=c, true=r) for c, r in zip(conditions, translated, strict=False)]
    return exp.Case(this=operand, ifs=ifs, default=translated[-1] if default is not None else None)


def _is(t: Translator, node: exp.Expression) -> exp.Expression:
    if not isinstance(node.expression, (exp.Null, exp.Boolean)):
        return t.refuse(node, f"{t.written(node)} is followed by NULL, TRUE, FALSE or UNKNOWN only")
    negated = bool(node.args.get("negate"))
    same = exp.Is(this=t.out(node.this), expression=node.expression.copy())
    return exp.Not(this=same) if negated else same


def _extreme(t: Translator, node: exp.Expression) -> exp.Expression:
    _comparable(t, node, [node.this], is_order=True)
    return plain("this")(t, node)


RULES: dict[type[exp.Expression], Rule] = {
    **dict.fromkeys((exp.EQ, exp.NEQ, *_ORDER, exp.NullSafeEQ, exp.NullSafeNEQ), _compare),
    **dict.fromkeys((exp.Coalesce, exp.Greatest, exp.Least), _choose),
    **dict.fromkeys((exp.Min, exp.Max), _extreme),
    exp.In: _in,
    exp.Between: _between,
    exp.Nullif: _nullif,
    exp.Case: _case,
    exp.Is: _is,
    exp.Count: plain("this", "big_int"),
    exp.Filter: plain("this", "expression"),
    exp.LogicalAnd: plain("this"),
    exp.LogicalOr: plain("this"),
}
