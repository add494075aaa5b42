"""Values of every type, made from a number: the same number gives the same value."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

_DAY = date(2024, 1, 1)
_MOMENT = datetime(2024, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Kind:
    """What values of a column or parameter look like.

    Attributes:
        name: The type as PostgreSQL writes it, without length: of a domain its base type, of an array its
            element's.
        length: Most characters of a text, or digits of a number; ``None`` for no limit.
        scale: Digits behind the point, of a numeric with a precision.
        labels: The values of an enum.
        is_array: Whether it is an array.
    """

    name: str
    length: int | None = None
    scale: int = 0
    labels: Sequence[str] = ()
    is_array: bool = False


def made(kind: Kind, number: int) -> str | None:
    """Return a value as PostgreSQL reads it, or ``None`` for a type of which no value is known.

    Args:
        kind: The type.
        number: Different numbers up to a thousand give different values, where the type has as many.
    """
    if kind.is_array:
        element = Kind(kind.name, kind.length, kind.scale, kind.labels)
        values = [made(element, number), made(element, number + 1)]
        if None in values:
            return None
        return "{" + ",".join(json.dumps(value) for value in values) + "}"
    if kind.labels:
        return kind.labels[number % len(kind.labels)]
    return _scalar(kind, number)


def _scalar(kind: Kind, number: int) -> str | None:
    name = kind.name
    if name in ("text", "character varying", "character", "bpchar", "name"):
        return _text(number, kind.length)
    if name in ("smallint", "integer", "bigint"):
        return str(number)
    if name in ("numeric", "real", "double precision", "money"):
        return _number(number, kind)
    moment = _MOMENT + timedelta(hours=number)
    known: dict[str, Any] = {
        "boolean": "true" if number % 2 else "false",
        "uuid": uuid.uuid5(uuid.NAMESPACE_OID, str(number)),
        "date": _DAY + timedelta(days=number),
        "timestamp without time zone": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "timestamp with time zone": moment.strftime("%Y-%m-%d %H:%M:%S+00"),
        "time without time zone": f"{number % 24:02}:{number // 24 % 60:02}:00",
        "time with time zone": f"{number % 24:02}:{number // 24 % 60:02}:00+00",
        "interval": f"{number} minutes",
        "json": json.dumps({"n": number}),
        "jsonb": json.dumps({"n": number}),
        "bytea": f"\\x{number:08x}",
        "inet": f"10.0.{number // 250}.{number % 250 + 1}",
        "cidr": f"10.{number // 250}.{number % 250}.0/24",
        "macaddr": f"08:00:2b:00:{number // 256 % 256:02x}:{number % 256:02x}",
        "xml": f"<n>{number}</n>",
    }
    value = known.get(name)
    return None if value is None else str(value)


def _text(number: int, length: int | None) -> str:
    text = f"text {number}"
    if length is None or len(text) <= length:
        return text
    digits = "abcdefghijklmnopqrstuvwxyz0123456789"
    short = ""
    while len(short) < min(length, 3):
        short = digits[number % len(digits)] + short
        number //= len(digits)
    return short


def _number(number: int, kind: Kind) -> str:
    if kind.length is None:
        return f"{number}.25" if kind.name != "money" else f"{number}.50"
    whole = kind.length - kind.scale
    value = number % (10**whole) if whole > 0 else 0
    return f"{value}.25" if kind.scale >= 2 else str(value)
