"""Values of a spec as literals of another engine."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.spec.engines import shown_engine
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.literals import LiteralError, as_text, check_literal, json_text
from dbt_batch_ops.sql.types import Family, PgType

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_MOMENT = re.compile(
    rf"(?P<date>{_DATE.pattern})([ T](?P<time>{_TIME.pattern})\s*(?P<zone>Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII
)
_TRUE = frozenset({"true", "t", "yes", "on", "1"})
_FALSE = frozenset({"false", "f", "no", "off", "0"})


def engine_literal(value: Any, written: str, type_: PgType | None, engine: str) -> exp.Expression:
    """Return a value as a literal of a type, which says its type wherever it is not plain.

    Args:
        value: What YAML read, or the text of a string in an expression.
        written: The text in the spec, for a scalar.
        type_: The type; ``None`` when it is not known.
        engine: The engine.

    Raises:
        LiteralError: The type cannot hold the value, or the engine does not read it as PostgreSQL does.
    """
    if value is None:
        return exp.Null()
    if type_ is None:
        return exp.Literal.string(as_text(value, written))
    check_literal(value, type_)
    if type_.is_array:
        return _array(value, type_, engine)
    return _scalar(
        value, as_text(value, written) if not isinstance(value, (list, dict)) else "", type_, engine
    )


def _scalar(value: Any, text: str, type_: PgType, engine: str) -> exp.Expression:
    family = type_.family
    if family is Family.TEXT:
        return exp.Literal.string(text)
    if family is Family.JSON:
        is_json = isinstance(value, (list, dict)) or not isinstance(value, str)
        return _typed(json.dumps(value, ensure_ascii=False) if is_json else json_text(value), type_, engine)
    stripped = text.strip()
    if family is Family.BOOLEAN and stripped.lower() in _TRUE | _FALSE:
        return exp.Boolean(this=stripped.lower() in _TRUE)
    if family in (Family.INTEGER, Family.NUMBER):
        return _number(stripped, type_, engine)
    if family is Family.UUID:
        digits = re.sub(r"[{}-]", "", stripped).lower()
        groups = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return _typed("-".join(groups), type_, engine)
    if family is Family.MOMENT:
        return _typed(_moment(stripped, type_, engine), type_, engine)
    raise LiteralError(f"is of type {type_}, whose literals {shown_engine(engine)} does not read")


def _typed(text: str, type_: PgType, engine: str) -> exp.Expression:
    name = engine_type(type_, engine)
    if name == "string":
        return exp.Literal.string(text)
    return exp.Cast(this=exp.Literal.string(text), to=exp.DataType.build(name, dialect=engine))


def _number(text: str, type_: PgType, engine: str) -> exp.Expression:
    number = Decimal(text)
    if not number.is_finite():
        raise LiteralError(f"is of type {type_}: {shown_engine(engine)} is not given {quoted(text)}")
    plain = exp.Literal.number(format(abs(number), "f"))
    return exp.Neg(this=plain) if number < 0 else plain


def _moment(text: str, type_: PgType, engine: str) -> str:
    """Return a date or time in the one form that every engine reads alike."""
    unread = LiteralError(
        f"is of type {type_}: {shown_engine(engine)} does not read {quoted(text)} as PostgreSQL does; write "
        "it as '2026-01-31' or '2026-01-31 23:59:59+00:00'"
    )
    if type_.name == "time without time zone":
        if not _TIME.fullmatch(text):
            raise unread
        return text
    match = _MOMENT.fullmatch(text)
    zone = match["zone"] if match else None
    if match is None or (zone and type_.name != "timestamp with time zone"):
        raise unread
    if type_.name == "date":
        if match["time"]:
            raise unread
        return _checked(match["date"], unread)
    time = match["time"] or "00:00:00"
    moment = f"{match['date']} {time if time.count(':') == 2 else time + ':00'}"
    return _checked(moment, unread) + _offset(zone)


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    digits = "+0000" if zone == "Z" else zone.replace(":", "").ljust(5, "0")
    return f"{digits[:3]}:{digits[3:]}"


def _checked(text: str, unread: LiteralError) -> str:
    try:
        datetime.fromisoformat(text.split(".")[0])
    except ValueError:
        raise unread from None
    return text


def _array(value: Any, type_: PgType, engine: str) -> exp.Expression:
    items = [
        _array(item, PgType(type_.name, type_.family, type_.dimensions - 1, type_.modifiers), engine)
        if isinstance(item, list) and type_.dimensions > 1
        else engine_literal(item, "", type_.element, engine)
        for item in value
    ]
    to = exp.DataType.build(engine_type(type_, engine), dialect=engine)
    return exp.Cast(this=exp.Array(expressions=items), to=to)
