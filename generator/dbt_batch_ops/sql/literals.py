"""Literals: values of a spec that are data and not SQL."""

from __future__ import annotations

import json
import re
from typing import Any

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.types import Family, PgType

_SMALLEST_AND_LARGEST = {
    "smallint": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_UUID = re.compile(r"\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?", re.IGNORECASE)
_MOMENT_WORDS = frozenset(
    {"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs"}
)
_NUMBER_WORDS = frozenset({"nan", "infinity", "-infinity"})


class LiteralError(ValueError):
    """A value that its column or parameter cannot hold."""


def quote_string(text: str) -> str:
    """Return a SQL string that holds the text, whatever is in it, on one line.

    A backslash makes it an ``E''`` string, which means the same whatever ``standard_conforming_strings`` is.
    So does a line break, which then survives when a statement is indented.

    Args:
        text: The value.
    """
    doubled = text.replace("'", "''")
    if not any(character in text for character in "\\\n\r"):
        return f"'{doubled}'"
    escaped = doubled.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"E'{escaped}'"


def render_literal(value: Any, written: str, column_type: PgType | None) -> str:
    """Return a value as a SQL literal for a column.

    Args:
        value: What YAML read: text, a number, a boolean, ``None``, a list or a mapping.
        written: The text in the spec, for a scalar: it keeps ``007`` for a text column and ``1.10`` for a
            number.
        column_type: The column's type; ``None`` when it is not known.

    Raises:
        LiteralError: The column cannot hold the value; the message says why.
    """
    if value is None:
        return "null"
    if column_type is None:
        return quote_string(as_text(value, written))
    check_literal(value, column_type)
    if column_type.is_array:
        return _array(value, column_type)
    if column_type.family is Family.JSON and (isinstance(value, (list, dict)) or not isinstance(value, str)):
        return quote_string(json.dumps(value, ensure_ascii=False))
    if column_type.family is Family.JSON:
        return quote_string(json_text(value))
    if column_type.family is Family.BOOLEAN and isinstance(value, bool):
        return "true" if value else "false"
    text = as_text(value, written)
    if column_type.family in (Family.INTEGER, Family.NUMBER):
        return text if _NUMBER.fullmatch(text) and not text.startswith("+") else quote_string(text)
    return quote_string(text)


def untyped(value: Any, written: str) -> str:
    """Return a value as a SQL literal whose type the database has to find, as for a function's argument.

    Args:
        value: What YAML read.
        written: The text in the spec, for a scalar.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return quote_string(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list):
        return quote_string(_array_text(value))
    text = as_text(value, written)
    is_number = not isinstance(value, str) and bool(_NUMBER.fullmatch(text)) and not text.startswith("+")
    return text if is_number else quote_string(text)


def check_literal(value: Any, type_: PgType) -> None:
    """Check that a type can hold a value, as far as that can be known without the database.

    Args:
        value: What YAML read; ``None`` fits every type.
        type_: The type of the column or parameter.

    Raises:
        LiteralError: It cannot; the message reads well after the name of the column.
    """
    if value is None:
        return
    if type_.is_array:
        if not isinstance(value, list):
            raise LiteralError(f"is of type {type_}: write a list, not {_shown(value)}")
        for item in value:
            check_literal(item, type_ if isinstance(item, list) and type_.dimensions > 1 else type_.element)
        return
    if type_.family is Family.JSON:
        return
    if isinstance(value, (list, dict)):
        what = "a list" if isinstance(value, list) else "a mapping"
        raise LiteralError(f"is of type {type_} and cannot hold {what}")
    if not _fits(value, type_):
        raise LiteralError(f"is of type {type_} and cannot hold {_shown(value)}")


def _fits(value: str | int | float | bool, type_: PgType) -> bool:
    text = str(value).strip()
    family = type_.family
    if family is Family.BOOLEAN:
        return isinstance(value, bool) or text.lower() in {
            "true",
            "false",
            "t",
            "f",
            "yes",
            "no",
            "on",
            "off",
        }
    if family in (Family.INTEGER, Family.NUMBER) and isinstance(value, bool):
        return False
    if family is Family.INTEGER:
        smallest, largest = _SMALLEST_AND_LARGEST[type_.name]
        return bool(re.fullmatch(r"[-+]?\d{1,20}", text, re.ASCII)) and smallest <= int(text) <= largest
    if family is Family.NUMBER:
        return bool(_NUMBER.fullmatch(text)) or text.lower() in _NUMBER_WORDS
    if family is Family.UUID:
        return bool(_UUID.fullmatch(text))
    if family is Family.MOMENT:
        return isinstance(value, str) and (text.lower() in _MOMENT_WORDS or any(c.isdigit() for c in text))
    return True


def _shown(value: Any) -> str:
    return quoted(str(value).lower() if isinstance(value, bool) else value)


def as_text(value: Any, written: str) -> str:
    """Return a scalar as text: as it was written, where that is known.

    Args:
        value: What YAML read.
        written: The text in the spec, or nothing.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and not re.fullmatch(r"[-+]?\d+", written):
        return str(value)  # hexadecimal and octal notation is YAML's, not the database's
    return written if written else str(value)


def json_text(value: str) -> str:
    """Return JSON for a text: itself when it already is JSON, else a JSON string.

    Args:
        value: The text.
    """
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return json.dumps(value, ensure_ascii=False)
    return value


def _array(value: list[Any], type_: PgType) -> str:
    return f"{quote_string(_array_text(value))}::{type_}"


def _array_text(value: list[Any]) -> str:
    """Return PostgreSQL's text form of an array."""
    return "{" + ",".join(_array_item(item) for item in value) + "}"


def _array_item(item: Any) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, list):
        return _array_text(item)
    text = json.dumps(item, ensure_ascii=False) if isinstance(item, dict) else as_text(item, "")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
