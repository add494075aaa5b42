"""What one operation does, as frozen data that needs no further decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dbt_batch_ops.spec.relation import Relation
from dbt_batch_ops.sql.fragments import Fragment


@dataclass(frozen=True)
class SqlPart:
    """A piece of a statement.

    Attributes:
        fragments: Its text, with holes for what the package fills.
        line: Line of the spec that it comes from, counted from 1.
        is_expression: Whether it is the user's SQL, which stands in parentheses on lines of its own; a
            parameter or a literal alone does not need that.
        ends_with_comment: Whether it has a ``--`` comment, after which nothing may follow on the same line.
    """

    fragments: tuple[Fragment, ...]
    line: int
    is_expression: bool
    ends_with_comment: bool = False


@dataclass(frozen=True)
class Assignment:
    """One column that an update sets.

    Attributes:
        column: The column as it is in the database.
        value: What it is set to.
    """

    column: str
    value: SqlPart


@dataclass(frozen=True)
class Parameter:
    """An argument of the macro.

    Attributes:
        name: Its name.
        type: PostgreSQL type without length or precision, as ``uuid[]``.
        column: The column whose live type wins over ``type``, or ``None``.
        has_default: Whether the caller may leave it out.
        default: Its value then.
        description: What it means, for the documentation.
    """

    name: str
    type: str
    column: str | None
    has_default: bool = False
    default: Any = None
    description: str | None = None


@dataclass(frozen=True)
class OperationPlan:
    """One operation.

    Attributes:
        name: Its name and its macro's.
        description: What it does, in the author's words; may be empty.
        operation_type: ``update`` or ``delete``.
        target: The table.
        key: Declared key columns; ``None`` leaves it to the package (the primary key, else ``id``).
        assignments: What an update sets.
        condition: Which rows; ``None`` for all.
        read_columns: Columns of the target that expressions mention.
        lists: Parameter to column, for conditions that can drive the iteration.
        parameters: The arguments, in order.
        batch_size: Rows per batch.
        iterate_by: ``range``, ``keys`` or ``None``.
        timeout_seconds: Longest time of a run, or ``None``.
        max_records: Most rows of a run, or ``None``.
        on_limit: ``refuse`` or ``stop``.
        on_duplicate_run: ``refuse`` or ``resume``.
        spec_path: The spec, relative to the project folder, with ``/``.
        line: The line of the spec where the operation begins.
    """

    name: str
    description: str
    operation_type: Literal["update", "delete"]
    target: Relation
    key: tuple[str, ...] | None
    assignments: tuple[Assignment, ...]
    condition: SqlPart | None
    read_columns: tuple[str, ...]
    lists: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    batch_size: int
    iterate_by: str | None
    timeout_seconds: int | None
    max_records: int | None
    on_limit: str
    on_duplicate_run: str
    spec_path: str
    line: int
