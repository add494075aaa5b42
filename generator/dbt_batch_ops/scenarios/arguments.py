"""Arguments for an operation's parameters: made up by type, or what the spec gives them by default."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.plan.model import OperationPlan, Parameter
from dbt_batch_ops.scenarios.candidates import Candidates
from dbt_batch_ops.scenarios.database import Database, RefusedError, literal
from dbt_batch_ops.scenarios.table import Table, UnmadeError, kind_of
from dbt_batch_ops.scenarios.values import Kind, made

_FIRST = 400
_ATTEMPTS_WITH_DEFAULTS = 3


@dataclass(frozen=True)
class Value:
    """An argument.

    Attributes:
        argument: What dbt is given; ``None`` leaves it to the default.
        sql: The same in SQL.
    """

    argument: Any
    sql: str


def parameter_type(parameter: Parameter, table: Table) -> str:
    """Return the type of a parameter: of its column in the scratch table, else as the plan has it."""
    column = table.column(parameter.column)
    if column is None:
        return parameter.type
    return f"{column.type}[]" if parameter.type.endswith("[]") and not column.kind.is_array else column.type


def made_values(
    database: Database, plan: OperationPlan, table: Table, checked: Candidates, attempt: int
) -> dict[str, Value]:
    """Return an argument for every parameter that holds neither rows nor a list that rows are chosen for.

    Args:
        database: The database.
        plan: The operation.
        table: The scratch table.
        checked: The values that check constraints know, by column.
        attempt: Which attempt this is: each has other values.

    Raises:
        UnmadeError: A type of which no value is known.
    """
    found: dict[str, Value] = {}
    for place, parameter in enumerate(plan.parameters):
        if parameter.holds != "value":
            continue
        type_ = parameter_type(parameter, table)
        if parameter.has_default and attempt < _ATTEMPTS_WITH_DEFAULTS:
            found[parameter.name] = Value(None, _default_sql(parameter.default, type_))
            continue
        try:
            kind = kind_of(database, type_)
        except RefusedError as refused:
            raise UnmadeError(f"parameter {parameter.name}: {refused.message}") from refused
        known = [value for value in checked.get(parameter.column or "", ()) if value is not None]
        number = _number(place, attempt, kind)
        text = known[attempt % len(known)] if known and not kind.is_array else made(kind, number)
        if text is None:
            raise UnmadeError(f"parameter {parameter.name}: no value of the type {type_} is known")
        found[parameter.name] = Value(argument(kind, text), f"{literal(text)}::{type_}")
    return found


def _number(place: int, attempt: int, kind: Kind) -> int:
    """Return what a value is made from: far from the rows' values first, then in their midst, then at 0."""
    return (_FIRST + place, 120 + place, 10 + place, 0, 1, _FIRST + 7 + place)[attempt % 6]


def list_value(database: Database, type_: str, values: Sequence[str]) -> Value:
    """Return an array argument with these elements.

    Args:
        database: The database.
        type_: The type of the array.
        values: The elements as PostgreSQL reads them.
    """
    element = type_.removesuffix("[]")
    kind = kind_of(database, element)
    listed = ", ".join(literal(value) for value in values)
    return Value([argument(kind, value) for value in values], f"array[{listed}]::{type_}")


def given_value(value: Any, type_: str) -> Value:
    """Return an argument that a user has written.

    Args:
        value: What YAML read.
        type_: The type of the parameter.
    """
    return Value(value, _default_sql(value, type_))


def argument(kind: Kind, text: str) -> Any:
    """Return a value as YAML and JSON have it."""
    if kind.is_array:
        return json.loads("[" + text[1:-1] + "]")
    if kind.name in ("smallint", "integer", "bigint"):
        return int(text)
    if kind.name == "boolean":
        return text in ("t", "true")
    if kind.name in ("json", "jsonb"):
        return json.loads(text)
    return text


def dbt_arguments(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the arguments that dbt is given."""
    return {name: value.argument for name, value in values.items() if value.argument is not None}


def parameters_sql(values: Mapping[str, Value]) -> dict[str, str]:
    """Return the arguments in SQL."""
    return {name: value.sql for name, value in values.items()}


def _default_sql(default: Any, type_: str) -> str:
    if default is None:
        return f"null::{type_}"
    if isinstance(default, list):
        return f"array[{', '.join(literal(_word(item)) for item in default)}]::{type_}"
    return f"{literal(_word(default))}::{type_}"


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)
