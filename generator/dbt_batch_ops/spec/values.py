"""The kinds of values that keys of a spec have: checks with messages of their own, and their JSON Schema.

Every check takes what YAML gave and returns it, or raises ``PydanticCustomError`` with a message that reads
well after the key's name: "must be ...".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from dbt_batch_ops.spec.diagnostics import quoted, suggestion
from dbt_batch_ops.spec.durations import parse_duration
from dbt_batch_ops.spec.relation import parse_function, parse_relation

LARGEST_INTEGER = 2_147_483_647
"""The largest count that a key may have: PostgreSQL's integer."""


def found(value: object) -> str:
    """Return how a message names a value that is wrong."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {str(value)[:40]}"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    return quoted(value)


def wrong(message: str) -> PydanticCustomError:
    """Return the error for a value, with a finished message."""
    return PydanticCustomError("spec", "{message}", {"message": message})


def _count(least: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(f"must be a whole number, {least} or more, not {found(value)}")
        if not least <= value <= LARGEST_INTEGER:
            raise wrong(f"must be between {least} and {LARGEST_INTEGER}, not {str(value)[:40]}")
        return value

    return check


def _switch(value: Any) -> Any:
    if not isinstance(value, bool):
        raise wrong(f"must be true or false, not {found(value)}")
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise wrong(f"must be text, not {found(value)}")
    if not value.strip():
        raise wrong("must not be empty")
    return value


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        raise wrong(f"must be text with a unit, as '30 minutes', not {found(value)}")
    try:
        parse_duration(value)
    except ValueError as error:
        raise wrong(f"{found(value)} is not a duration: {error}") from error
    return value


def _relation(value: Any) -> Any:
    text = _text(value)
    try:
        parse_relation(text)
    except ValueError as error:
        raise wrong(f"{error}, not {found(value)}") from error
    return value


def _names(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    if (
        not isinstance(names, list)
        or not names
        or not all(isinstance(name, str) and name.strip() for name in names)
    ):
        raise wrong(f"must be a name or a list of names, not {found(value)}")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise wrong(f"names {quoted(repeated[0])} twice")
    return names


def _texts(value: Any) -> Any:
    texts = [value] if isinstance(value, str) else value
    if (
        not isinstance(texts, list)
        or not texts
        or not all(isinstance(text, str) and text.strip() for text in texts)
    ):
        raise wrong(f"must be a list of texts, not {found(value)}")
    return texts


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise wrong(f"must be a mapping of names to values, not {found(value)}")
    return value


def _parameter_reference(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r":[A-Za-z_]\w*|csv_file", value, re.ASCII):
        raise wrong(f"must be a parameter (':name') or 'csv_file', not {found(value)}")
    return value


def _columns(value: Any) -> Any:
    columns = _mapping(value)
    for name, column in columns.items():
        if not isinstance(column, str) or not column.strip():
            problem = "must map columns to names in the CSV's header or csv_column_1, csv_column_2, ...; "
            raise wrong(f"{problem}{quoted(name)} is mapped to {found(column)}")
    return columns


def _function(value: Any) -> Any:
    text = _text(value)
    try:
        parse_function(text)
    except ValueError as error:
        raise wrong(f"{error}, not {found(value)}") from error
    return text


def _delimiter(value: Any) -> Any:
    if not isinstance(value, str) or len(value) != 1 or value in "\r\n\"'":
        raise wrong(f"must be one character, not {found(value)}")
    return value


def _log_name(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_]\w*", value, re.ASCII):
        raise wrong(f"must be a name of letters, digits and underscores, not {found(value)}")
    return value


class OneOf:
    """Marks a key that takes one of several words."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the word before pydantic does, with a message that suggests the nearest."""
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the words as an enum."""
        return {"type": "string", "enum": list(self.allowed)}

    def _check(self, value: Any) -> Any:
        if not isinstance(value, str) or value not in self.allowed:
            near = suggestion(value, self.allowed) if isinstance(value, str) else ""
            raise wrong(f"must be {_either(self.allowed)}, not {found(value)}{near}")
        return value


class SomeOf(OneOf):
    """Marks a key that takes a list of words, or one of them."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the words as an enum of items."""
        return {"type": "array", "items": {"type": "string", "enum": list(self.allowed)}}

    def _check(self, value: Any) -> Any:
        return [super(SomeOf, self)._check(word) for word in _texts(value)]


def _either(words: tuple[str, ...]) -> str:
    return quoted(words[0]) if len(words) == 1 else f"one of {', '.join(words)}"


_NAME_OR_NAMES = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
    ]
}
_ANY_MAPPING = {"type": "object", "minProperties": 1}
_COUNT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER}

Count = Annotated[int, BeforeValidator(_count(1)), WithJsonSchema(_COUNT_SCHEMA)]
CountOrZero = Annotated[int, BeforeValidator(_count(0)), WithJsonSchema({**_COUNT_SCHEMA, "minimum": 0})]
Switch = Annotated[bool, BeforeValidator(_switch), WithJsonSchema({"type": "boolean"})]
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": "string", "minLength": 1})]
Duration = Annotated[
    str,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "examples": ["30 minutes", "90s", "2 hours"]}),
]
RelationText = Annotated[str, BeforeValidator(_relation), WithJsonSchema({"type": "string", "minLength": 1})]
Names = Annotated[list[str], BeforeValidator(_names), WithJsonSchema(_NAME_OR_NAMES)]
Texts = Annotated[
    list[str], BeforeValidator(_texts), WithJsonSchema({"type": "array", "items": {"type": "string"}})
]
Mapping = Annotated[dict[str, Any], BeforeValidator(_mapping), WithJsonSchema(_ANY_MAPPING)]
Columns = Annotated[
    dict[str, str],
    BeforeValidator(_columns),
    WithJsonSchema({**_ANY_MAPPING, "additionalProperties": {"type": "string", "minLength": 1}}),
]
FunctionText = Annotated[str, BeforeValidator(_function), WithJsonSchema({"type": "string", "minLength": 1})]
Source = Annotated[str, BeforeValidator(_parameter_reference), WithJsonSchema({"type": "string"})]
Delimiter = Annotated[
    str, BeforeValidator(_delimiter), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1})
]
FieldTypes = Annotated[
    dict[str, Text],
    BeforeValidator(_mapping),
    WithJsonSchema({"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}),
]
TableName = Annotated[str, BeforeValidator(_log_name), WithJsonSchema({"type": "string"})]
