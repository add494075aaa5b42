"""Pieces of a plan as SQL that runs by itself: parameters are literals, fields are columns of the source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dbt_batch_ops.plan.model import SqlPart
from dbt_batch_ops.scenarios.database import quoted
from dbt_batch_ops.sql.fragments import (
    FieldValue,
    Fragment,
    InputValue,
    ListTerm,
    ParameterValue,
    RunStartedAt,
    Text,
)


@dataclass(frozen=True)
class Meaning:
    """What stands in the holes of a piece of SQL.

    Attributes:
        parameters: The values of parameters and lists, as SQL.
        input: What a function is given.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    input: str = "null"


def part_sql(part: SqlPart, meaning: Meaning) -> str:
    """Return a piece as SQL in parentheses, on lines of its own where it ends with a comment.

    Args:
        part: The piece.
        meaning: What stands in its holes.
    """
    text = "".join(_fragment_sql(fragment, meaning) for fragment in part.fragments).strip()
    return f"(\n{text}\n)"


def _fragment_sql(fragment: Fragment, meaning: Meaning) -> str:
    if isinstance(fragment, Text):
        return fragment.sql
    if isinstance(fragment, ParameterValue):
        value = meaning.parameters[fragment.name]
        return f"select unnest({value})" if fragment.as_rows else value
    if isinstance(fragment, ListTerm):
        return f"{quoted(fragment.column)} = any ({meaning.parameters[fragment.name]})"
    if isinstance(fragment, FieldValue):
        return f"source.{quoted(fragment.name)}"
    if isinstance(fragment, InputValue):
        return meaning.input
    assert isinstance(fragment, RunStartedAt)
    return "clock_timestamp()"
