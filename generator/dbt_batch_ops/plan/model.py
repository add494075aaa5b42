"""What one operation does, as frozen data that needs no further decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dbt_batch_ops.plan.sources import Source
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.spec.relation import Relation
from dbt_batch_ops.sql.fragments import Fragment

OperationType = Literal["update", "insert", "upsert", "delete", "select", "custom_function"]


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
    """One column that is written.

    Attributes:
        column: The column as it is in the database.
        value: What it is set to.
        type: PostgreSQL type of the column, as the spec names it; ``None`` when that is not known.
        is_literal: Whether the value is data of the spec, and neither SQL nor a parameter.
    """

    column: str
    value: SqlPart
    type: str | None = None
    is_literal: bool = False


@dataclass(frozen=True)
class Check:
    """A validation rule or a precondition.

    Attributes:
        text: The condition as the spec has it, on one line: what a person reads who breaks it.
        condition: Its SQL.
        over_target: Of a precondition, whether it aggregates the target's rows.
    """

    text: str
    condition: SqlPart
    over_target: bool = False


@dataclass(frozen=True)
class RowField:
    """A field of a step's row source that its statements mention.

    Attributes:
        name: The field: a key of the records, a name in the CSV's header, ``csv_column_N``, or a column of
            the earlier step's rows.
        type: The PostgreSQL type that it is read as.
        column: The target's column whose live type wins over ``type``, or ``None``.
    """

    name: str
    type: str
    column: str | None = None


@dataclass(frozen=True)
class OutputList:
    """A list that an earlier step produced, used like an array parameter.

    Attributes:
        name: What the expressions call it.
        step: The step whose rows it is taken from.
        field: The column of those rows; ``None`` when the package has to find it, because only the database
            knows what a function returns.
    """

    name: str
    step: str
    field: str | None


@dataclass(frozen=True)
class Argument:
    """An argument of a called function.

    Attributes:
        name: The name of the function's parameter; ``None`` for an argument by position.
        value: What it is given.
    """

    name: str | None
    value: SqlPart


@dataclass(frozen=True)
class Parameter:
    """An argument of the macro.

    Attributes:
        name: Its name.
        type: Type on the engine; PostgreSQL's without length or precision, as ``uuid[]``.
        column: The column whose live type wins over ``type``, or ``None``.
        has_default: Whether the caller may leave it out.
        default: Its value then.
        description: What it means, for the documentation.
        from_query: Whether the caller may give a query instead of an array.
        holds: ``records`` for a JSON array of records that a step reads, ``csv`` for a CSV file, else
            ``value``.
        is_redacted: Whether its value is kept out of what the ledger shows.
    """

    name: str
    type: str
    column: str | None
    has_default: bool = False
    default: Any = None
    description: str | None = None
    from_query: bool = False
    holds: Literal["value", "records", "csv"] = "value"
    is_redacted: bool = False


@dataclass(frozen=True)
class StepPlan:
    """One step of an operation; an operation without ``steps`` is one step of the same name.

    Attributes:
        name: Its name.
        operation_type: What it does.
        batch_size: Rows per batch.
        source: Where its rows come from.
        assignments: What an update, an insert or an upsert writes.
        condition: Which rows of the target; ``None`` for all.
        rules: What every imported row must fulfil.
        fields: Fields of the row source that are mentioned.
        lists: List to column, for conditions that can drive the iteration.
        outputs: Lists of earlier steps that are mentioned.
        read_columns: Columns of the target that expressions mention.
        select_columns: What a select returns.
        conflict_target: Columns that decide whether an upsert inserts or updates.
        conflict_updates: Columns that an upsert sets in a row that is already there.
        function: The name of the called function, without and with its schema: ``(name,)`` or
            ``(schema, name)``.
        arguments: The arguments of the called function.
        is_idempotent: Whether the function may be called again for a batch that failed.
        has_output: Whether a later step uses its rows.
    """

    name: str
    operation_type: OperationType
    batch_size: int
    source: Source
    assignments: tuple[Assignment, ...] = ()
    condition: SqlPart | None = None
    rules: tuple[Check, ...] = ()
    fields: tuple[RowField, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    outputs: tuple[OutputList, ...] = ()
    read_columns: tuple[str, ...] = ()
    select_columns: tuple[str, ...] = ()
    conflict_target: tuple[str, ...] = ()
    conflict_updates: tuple[str, ...] = ()
    function: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    is_idempotent: bool = False
    has_output: bool = False


@dataclass(frozen=True)
class Watching:
    """How the runs of an operation are watched.

    Attributes:
        logging_level: What the model of batches shows: one of the words of the spec.
        log_table: Name of a model with this operation's batches, or ``None``.
        collect_metrics: Whether batches are measured.
        metrics_table: Name of a model with this operation's metrics, or ``None``.
        notify_on_completion: Whether the end of a run is told.
        progress_notification_interval: Rows after which progress is told, or ``None``.
        notification_channels: Where it is told; empty for wherever deliveries are set up.
        notification_message: What is said of an end, or ``None``.
    """

    logging_level: str
    log_table: str | None
    collect_metrics: bool
    metrics_table: str | None
    notify_on_completion: bool
    progress_notification_interval: int | None
    notification_channels: tuple[str, ...]
    notification_message: str | None


@dataclass(frozen=True)
class OperationPlan:
    """One operation.

    Attributes:
        name: Its name and its macro's.
        description: What it does, in the author's words; may be empty.
        target: The table.
        key: Declared key columns; ``None`` leaves it to the package (the primary key, else ``id``).
        steps: Its steps in the order in which they run.
        has_steps: Whether the spec has ``steps``, so that each has a macro of its own.
        preconditions: What must hold before anything is changed.
        parameters: The arguments, in order.
        batch_size: Rows per batch, where a step does not say otherwise.
        iterate_by: ``range``, ``keys`` or ``None``.
        timeout_seconds: Longest time of a run, or ``None``.
        max_records: Most rows of a run, or ``None``.
        on_limit: ``refuse`` or ``stop``.
        on_duplicate_run: ``refuse`` or ``resume``.
        requires_confirmation: Whether a run waits until its plan is confirmed.
        skip_invalid_rows: Whether rows that break a rule are recorded and left out.
        max_errors: Failed rows at most, or ``None``.
        error_handling: What an error in a batch means: one of the words of the spec.
        max_retries: How often a batch is tried again after an error that passes.
        max_workers: How many workers may share a run.
        heartbeat_seconds: Longest time between two signs of life of a worker; ``None``: the package's.
        max_errors_per_worker: Failed rows after which one of several workers stops, or ``None``.
        redact: Columns and fields of rows that are kept out of what the ledger shows.
        watching: Logging, metrics and notifications.
        fields: The entity's columns with their types, as the spec has them.
        spec_path: The spec, relative to the project folder, with ``/``.
        line: The line of the spec where the operation begins.
        engine: The engine that its statements are for.
    """

    name: str
    description: str
    target: Relation
    key: tuple[str, ...] | None
    steps: tuple[StepPlan, ...]
    has_steps: bool
    preconditions: tuple[Check, ...]
    parameters: tuple[Parameter, ...]
    batch_size: int
    iterate_by: str | None
    timeout_seconds: int | None
    max_records: int | None
    on_limit: str
    on_duplicate_run: str
    requires_confirmation: bool
    skip_invalid_rows: bool
    max_errors: int | None
    error_handling: str
    max_retries: int
    max_workers: int
    heartbeat_seconds: int | None
    max_errors_per_worker: int | None
    redact: tuple[str, ...]
    watching: Watching
    fields: tuple[tuple[str, str], ...]
    spec_path: str
    line: int
    engine: str = POSTGRES
