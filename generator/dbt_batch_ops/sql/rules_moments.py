"""Dates, times and intervals."""

from __future__ import annotations

import re

from sqlglot import exp

from dbt_batch_ops.sql.operands import DATE, TIMESTAMP, TIMESTAMPTZ, bare, is_moment, is_string
from dbt_batch_ops.sql.rules_structure import plain
from dbt_batch_ops.sql.translator import Rule, Translator

_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_TRUNCATED = (*_UNITS, "quarter")
_EXTRACTED = ("year", "quarter", "month", "week", "day", "doy", "dow", "hour", "minute")
_INTERVAL = re.compile(r"\s*(?P<number>[+-]?\d{1,9})\s*(?P<unit>[a-z]+?)s?\s*", re.IGNORECASE | re.ASCII)


def interval_of(t: Translator, node: exp.Expression, text: str) -> exp.Expression:
    """Return an interval of one unit as the engine writes it.

    Args:
        t: The translator.
        node: The node that it is made of, for messages.
        text: The text, as ``30 days``.
    """
    match = _INTERVAL.fullmatch(text)
    unit = match["unit"].lower() if match else ""
    if match is None or unit not in _UNITS:
        problem = "an interval has a whole number and one unit here, as interval '30 days'; add several"
        return t.refuse(node, problem)
    number = exp.Literal.string(str(int(match["number"])))
    return exp.Interval(this=number, unit=exp.Var(this=unit.upper()))


def _interval(t: Translator, node: exp.Expression) -> exp.Expression:
    unit = node.args.get("unit")
    if not isinstance(node.this, exp.Literal) or (unit is not None and not isinstance(unit, exp.Var)):
        return t.refuse(node, "an interval must be written out, as interval '30 days'")
    return interval_of(t, node, f"{node.this.this} {unit.this if unit is not None else ''}")


def _truncate(t: Translator, node: exp.Expression) -> exp.Expression:
    unit = str(node.args["unit"].this).lower()
    if unit not in _TRUNCATED or node.args.get("zone"):
        return t.refuse(node, f"date_trunc takes one of {', '.join(_TRUNCATED)} here")
    type_ = t.type_of(node.this)
    if is_string(node.this) or (type_ is not None and not is_moment(type_)):
        return t.refuse(node, "date_trunc needs a timestamp here; cast the value to one")
    value = t.out(node.this)
    if type_ == DATE:
        # PostgreSQL makes a timestamp with time zone of it first.
        value = exp.Cast(this=value, to=exp.DataType.build("timestamptz" if not t.is_spark else "timestamp"))
    return exp.Anonymous(this="DATE_TRUNC", expressions=[exp.Literal.string(unit), value])


def _extract(t: Translator, node: exp.Expression) -> exp.Expression:
    field = str(node.this.this).lower()
    if field == "dow":
        day = exp.Anonymous(this="DAYOFWEEK", expressions=[t.out(node.expression)])
        # Spark counts days of the week from 1.
        counted = exp.Sub(this=day, expression=exp.Literal.number(1))
        return exp.Paren(this=counted) if t.is_spark else day
    if field not in _EXTRACTED:
        return t.refuse(
            node, f"extract({field} ...) differs on {t.shown}; it takes {', '.join(_EXTRACTED)} here"
        )
    if is_string(node.expression) or isinstance(bare(node.expression), exp.Null):
        return t.refuse(node, "extract needs a date or timestamp here; cast the value to one")
    return exp.Extract(this=exp.Var(this=field.upper()), expression=t.out(node.expression))


def _at_time_zone(t: Translator, node: exp.Expression) -> exp.Expression:
    zone = node.args.get("zone")
    if t.is_spark:
        return t.refuse(node, "the operator 'AT TIME ZONE' has no equivalent on Spark that is known here")
    if t.type_of(node.this) not in (TIMESTAMP, TIMESTAMPTZ) or zone is None:
        return t.refuse(node, "AT TIME ZONE means one thing or its reverse; cast to timestamp or timestamptz")
    return exp.AtTimeZone(this=t.out(node.this), zone=t.out(zone))


def _localtimestamp(t: Translator, node: exp.Expression) -> exp.Expression:
    if t.is_spark:
        return exp.Anonymous(this="LOCALTIMESTAMP")
    return plain()(t, node)


RULES: dict[type[exp.Expression], Rule] = {
    exp.Interval: _interval,
    exp.TimestampTrunc: _truncate,
    exp.Extract: _extract,
    exp.AtTimeZone: _at_time_zone,
    exp.CurrentDate: plain(),
    exp.CurrentTimestamp: plain(),
    exp.Localtimestamp: _localtimestamp,
}
