"""JSON, arrays, UUIDs, and functions that sqlglot does not know."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.operands import bare
from dbt_batch_ops.sql.rules_structure import plain
from dbt_batch_ops.sql.translator import Rule, Translator

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema"})


@cache
def _postgres_functions() -> frozenset[str]:
    text = resources.files("dbt_batch_ops.sql").joinpath("postgres_functions.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _field(t: Translator, node: exp.Expression) -> exp.Expression:
    """Translate ``->`` and ``->>`` with the name of a field."""
    steps: list[str] = []
    inner: exp.Expression = node
    while isinstance(inner, (exp.JSONExtract, exp.JSONExtractScalar)):
        path = inner.expression
        keys = [part for part in path.expressions if isinstance(part, exp.JSONPathKey)]
        is_one = isinstance(path, exp.JSONPath) and len(path.expressions) == 2 and len(keys) == 1
        name = str(keys[0].this) if is_one else ""
        if not _NAME.fullmatch(name) or (inner is not node and isinstance(inner, exp.JSONExtractScalar)):
            return t.refuse(node, "-> and ->> take a plain name here, written out, as settings ->> 'theme'")
        steps.insert(0, name)
        inner = bare(inner.this)
    if isinstance(node, exp.JSONExtract):
        return t.refuse(node, "-> gives JSON, which others compare and store as text; end with ->> 'name'")
    value = t.out(inner)
    function = "GET_JSON_OBJECT" if t.is_spark else "JSON_EXTRACT_STRING"
    return exp.Anonymous(this=function, expressions=[value, exp.Literal.string("$." + ".".join(steps))])


def _array(t: Translator, node: exp.Expression) -> exp.Expression:
    type_ = t.together(node.expressions)
    return exp.Array(expressions=t.settled(node.expressions, type_))


def _unknown_function(t: Translator, node: exp.Expression) -> exp.Expression:
    name = str(node.this)
    if name.lower() in _postgres_functions():
        problem = f"PostgreSQL's function {quoted(name)} has no equivalent on {t.shown} that is known here"
        return t.refuse(node, problem)
    t.warn(node, f"the function {quoted(name)} is passed as it is: {t.shown} must have one of that name")
    return t.rebuilt(node)


def _qualified(t: Translator, node: exp.Expression) -> exp.Expression:
    schema, function = node.this, node.expression
    if not isinstance(schema, exp.Identifier) or not isinstance(function, exp.Anonymous):
        return t.refuse(node, f"{t.written(schema)} with a field behind it has no equivalent here")
    if str(schema.this).lower() in _SYSTEM_SCHEMAS:
        return t.refuse(schema, f"{quoted(schema.this)} is PostgreSQL's own schema; leave it out")
    name = f"{schema.this}.{function.this}"
    t.warn(schema, f"the function {quoted(name)} is passed as it is: {t.shown} must have one of that name")
    return exp.Dot(this=schema.copy(), expression=t.rebuilt(function))


RULES: dict[type[exp.Expression], Rule] = {
    exp.JSONExtract: _field,
    exp.JSONExtractScalar: _field,
    exp.Array: _array,
    exp.Uuid: plain(),
    exp.Anonymous: _unknown_function,
    exp.Dot: _qualified,
}
