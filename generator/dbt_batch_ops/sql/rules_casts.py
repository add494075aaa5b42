"""Casts: what rounds, and what reads text, as PostgreSQL does."""

from __future__ import annotations

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.operands import DOUBLE, FLOATS, INTERVAL, bare, cast_type, is_string, is_text, is_whole
from dbt_batch_ops.sql.rules_moments import interval_of
from dbt_batch_ops.sql.rules_text import unlike_as_text
from dbt_batch_ops.sql.translator import Rule, Translator
from dbt_batch_ops.sql.types import Family, PgType


def _cast(t: Translator, node: exp.Expression) -> exp.Expression:
    assert isinstance(node, exp.Cast)
    type_ = cast_type(node)
    if type_ is None:
        shown = quoted(node.to.sql(dialect="postgres").lower())
        return t.refuse(node, f"{t.shown} has no type like {shown}")
    if type_ == INTERVAL and is_string(node.this):
        return interval_of(t, node, str(bare(node.this).this))
    try:
        engine_type(type_, t.engine)
    except ValueError as error:
        return t.refuse(node, str(error))
    if type_.modifiers and type_.name != "numeric":
        problem = f"{t.shown} does not keep to a length or precision in {t.written(node)}; leave it out"
        return t.refuse(node, problem)
    if is_string(node.this):
        return t.literal(node.this, type_)
    return converted(t, node.this, type_, node)


def converted(t: Translator, value: exp.Expression, type_: PgType, place: exp.Expression) -> exp.Expression:
    """Return a value as one of another type, with PostgreSQL's rounding.

    Args:
        t: The translator.
        value: The value, as PostgreSQL's tree has it.
        type_: The type, which the engine has.
        place: The node that messages point at.
    """
    own = t.type_of(value)
    if t.hole(value) is not None and own == type_:
        return t.cast(t.out(value), type_)
    problem = unlike_as_text(t, value) if is_text(type_) else _problem(t, own, type_)
    if problem is not None:
        return t.refuse(place, problem)
    translated = t.out(value)
    if is_whole(type_) and not is_whole(own):
        if is_text(own):
            if not t.is_spark:
                t.warn(place, "a text like '12.7' becomes 13 on DuckDB; PostgreSQL refuses it")
        elif t.is_spark and (own is None or own.family is Family.NUMBER):
            # Spark cuts decimals off.
            is_float = own is not None and own.name in FLOATS
            value_of = t.cast(translated, DOUBLE) if is_float else translated
            translated = exp.Anonymous(this="BROUND" if is_float else "ROUND", expressions=[value_of])
    return t.cast(translated, type_)


def _problem(t: Translator, own: PgType | None, type_: PgType) -> str | None:
    """Return why a value does not become the same on another engine, or ``None``."""
    if own is None or own == type_:
        return None
    if own.is_array or type_.is_array:
        return f"{own} does not become {type_} here as in PostgreSQL"
    if Family.JSON in (own.family, type_.family):
        return f"{own} does not become {type_} here as in PostgreSQL; take a field of it, as j ->> 'name'"
    if type_.family is Family.UUID and t.is_spark:
        return "Spark has no UUIDs and takes them for text; leave the cast out"
    if Family.OTHER in (own.family, type_.family):
        return f"{own} does not become {type_} here as in PostgreSQL"
    return None


RULES: dict[type[exp.Expression], Rule] = {exp.Cast: _cast}
