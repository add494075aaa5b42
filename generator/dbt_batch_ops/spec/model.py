"""The spec language: every key, its type, its default and its meaning.

The models are the one definition of the grammar: messages, the JSON Schema for editors and
``docs/specification.md`` are made from or checked against them. Every key is optional here, because an
operation with a mistake in one key is still checked in all others; which keys an operation needs is a rule in
``checks``.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from dbt_batch_ops.spec.values import (
    Count,
    CountOrZero,
    Duration,
    FieldTypes,
    Names,
    OneOf,
    RelationText,
    SomeOf,
    Switch,
    TableName,
    Text,
    Texts,
    found,
    wrong,
)
from dbt_batch_ops.spec.work import OPERATION_TYPES, SpecModel, Step, Work

__all__ = ["OPERATION_TYPES", "Entity", "Operation", "Parameter", "SpecModel", "Step", "Work"]


class Parameter(SpecModel):
    """An argument of the generated macro."""

    type: Text | None = Field(
        None,
        description="PostgreSQL type of the value; an array is written with brackets, as `uuid[]`. "
        "Default: the type of the column that the parameter meets.",
        examples=["uuid[]"],
    )
    default: Any = Field(
        None,
        description="Value when the caller gives none. A parameter without `default` must be given.",
        examples=["active"],
    )
    description: Text | None = Field(
        None,
        description="What the parameter means, for the macro's documentation.",
        examples=["The new status"],
    )
    from_query: Switch | None = Field(
        None,
        description="Whether the caller may give `{query: select …}` instead of a list or of records; `{ref: "
        "model}` is accepted always. Default: false.",
        examples=[True],
    )


def _parameters(value: Any) -> Any:
    """Accept ``name: type`` as the short form of ``name: {type: …}``."""
    if not isinstance(value, dict) or not value:
        raise wrong(f"must be a mapping of parameter names to types, not {found(value)}")
    short = {name: {"type": given} if isinstance(given, str) else given for name, given in value.items()}
    return {name: {} if given is None else given for name, given in short.items()}


Parameters = Annotated[
    dict[str, Parameter],
    BeforeValidator(_parameters),
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "object"}]},
        }
    ),
]


class Operation(Work):
    """One entry of ``patterns``: a bulk change that becomes one macro."""

    name: Annotated[str, OneOf("batch_operations")] | None = Field(
        None, description="The pattern: always `batch_operations`.", examples=["batch_operations"]
    )
    operation: Text | None = Field(
        None, description="Name of the operation and of its macro.", examples=["bulk_update_user_status"]
    )
    description: Text | None = Field(
        None,
        description="What the operation does, for its documentation.",
        examples=["Bulk update user statuses"],
    )
    target_entity: Text | None = Field(
        None, description="The entity that is changed: the name of this file's entity.", examples=["user"]
    )
    steps: list[Any] | None = Field(
        None,
        description="Several steps instead of one `operation_type`.",
        examples=[[{"name": "cleanup", "operation_type": "delete"}]],
    )
    parameters: Parameters | None = Field(
        None,
        description="Arguments of the macro: type, default and description of each. A parameter that is used "
        "but not declared has the type of the column that it meets.",
        examples=[{"max_amount": {"type": "numeric", "default": 100}}],
    )
    skip_invalid_rows: Switch | None = Field(
        None,
        description="Whether invalid rows are recorded and left out. Default: false, which refuses the run "
        "before anything is written and lists the first of them.",
        examples=[True],
    )
    preconditions: Texts | None = Field(
        None,
        description="SQL conditions that must hold before anything is changed: aggregates over the target, "
        "or calls.",
        examples=[["COUNT(*) > 0"]],
    )
    parallel: Switch | None = Field(
        None,
        description="Whether several workers (database sessions) share the batches; the result is the same "
        "as with one. Default: false.",
        examples=[True],
    )
    max_workers: Count | None = Field(
        None, description="Workers at most. Default with `parallel: true`: 4.", examples=[4]
    )
    worker_batch_size: Count | None = Field(
        None, description="Rows per batch with `parallel: true`, in place of `batch_size`.", examples=[250]
    )
    iterate_by: Annotated[str, OneOf("range", "keys")] | None = Field(
        None,
        description="`range` walks the key in order, `keys` stages the matching keys first (which also "
        "freezes the scope). Default: decided when a run is opened, by the estimate of the database.",
        examples=["keys"],
    )
    timeout: Duration | None = Field(
        None,
        description="Longest time of one run; it can be resumed afterwards. Default: none.",
        examples=["30 minutes"],
    )
    max_records: Count | None = Field(
        None, description="Most rows that a run may change. Default: no limit.", examples=[10000]
    )
    on_limit: Annotated[str, OneOf("refuse", "stop")] | None = Field(
        None,
        description="What happens when more than `max_records` rows match: `refuse` changes nothing, `stop` "
        "changes the first that many. Default: `refuse`.",
        examples=["stop"],
    )
    requires_confirmation: Switch | None = Field(
        None,
        description="Whether a run is only planned and shown, and waits for "
        "`--args '{confirm: <operation_id>}'`. Default: false.",
        examples=[True],
    )
    error_handling: (
        Annotated[str, OneOf("stop_on_error", "continue_on_error", "collect_errors", "rollback_on_any_error")]
        | None
    ) = Field(
        None,
        description="What an error in a batch means. `stop_on_error` undoes the batch and stops the run, "
        "which can be resumed. `continue_on_error` and `collect_errors` record the rows that failed, apply "
        "the others and go on, up to `max_errors`. `rollback_on_any_error` does the run in one transaction "
        "and undoes all of it. Default: `stop_on_error`.",
        examples=["continue_on_error"],
    )
    max_errors: CountOrZero | None = Field(
        None,
        description="Failed rows at most: those that `skip_invalid_rows` leaves out, and those that the "
        "database refused under `continue_on_error` or `collect_errors`. Default: no limit.",
        examples=[10],
    )
    max_errors_per_worker: CountOrZero | None = Field(
        None,
        description="Failed rows after which one worker stops; the others go on, and when the last one has "
        "stopped the run fails. With one worker it counts like `max_errors`. Default: no limit.",
        examples=[5],
    )
    max_retries: CountOrZero | None = Field(
        None,
        description="How often a batch is tried again after a deadlock, a lock that was not to be had, a "
        "serialization failure or a lost connection. Default: 5.",
        examples=[3],
    )
    on_duplicate_run: Annotated[str, OneOf("refuse", "resume")] | None = Field(
        None,
        description="What a start means while another run of the operation is unfinished: `refuse` stops "
        "with its operation_id, `resume` goes on with it. Default: `refuse`.",
        examples=["resume"],
    )
    progress_tracking: Switch | None = Field(
        None,
        description="Whether progress is recorded. Always true: a run is resumed by it.",
        examples=[True],
    )
    progress_notification_interval: Count | None = Field(
        None,
        description="Rows after which a notification tells how far a run is, at most one in a time slice "
        "(about a second); the run's start is told as well. Default: no such notifications.",
        examples=[1000],
    )
    heartbeat_interval: Duration | None = Field(
        None,
        description="Longest time between two signs of life of a worker; after three of them without one, "
        "others do its batches. Default: 10 seconds.",
        examples=["10 seconds"],
    )
    logging_level: Annotated[str, OneOf("minimal", "standard", "detailed")] | None = Field(
        None,
        description="What the model `batch_operation_logs` shows of a run: `minimal` the batches that did "
        "not simply complete, `standard` every batch, `detailed` also every attempt that was made again. "
        "The ledger has them all, whatever the level. Default: `standard`.",
        examples=["detailed"],
    )
    log_table: TableName | None = Field(
        None,
        description="Name of a model that shows this operation's batches. `generate` writes it; several "
        "operations may share one. Default: none but the package's own, `batch_operation_logs`.",
        examples=["batch_operation_logs"],
    )
    collect_metrics: Switch | None = Field(
        None,
        description="Whether each batch's WAL and waits for locks are measured, and the model "
        "`batch_performance_metrics` shows figures of the runs. Default: false.",
        examples=[True],
    )
    metrics_table: TableName | None = Field(
        None,
        description="Name of a model that shows this operation's metrics, as `log_table`. Default: none but "
        "the package's own, `batch_performance_metrics`.",
        examples=["batch_performance_metrics"],
    )
    redact: Names | None = Field(
        None,
        description="Columns, or fields of imported rows, that are kept out of recorded rows, of errors and "
        "of the parameters that the ledger shows. Default: none.",
        examples=[["email"]],
    )
    notify_on_completion: Switch | None = Field(
        None,
        description="Whether a notification tells that a run has ended, however it did; one warns before, "
        "when half of `max_errors` is reached. `dbt-batch-ops notify` delivers them. Default: false.",
        examples=[True],
    )
    notification_channels: Annotated[list[str], SomeOf("email", "webhook")] | None = Field(
        None,
        description="Where notifications go: `email`, `webhook`. Default: wherever `dbt-batch-ops notify` is "
        "set up to deliver to.",
        examples=[["email"]],
    )
    notification_message: Text | None = Field(
        None,
        description="What the notification of the end says, with fields like `{processed_records}`: "
        "docs/notifications.md has them all. Default: how the run ended and how many rows it has done.",
        examples=["Deactivated {processed_records} users"],
    )


class Entity(SpecModel):
    """One file: a table and the operations on it."""

    name: Text | None = Field(None, description="Name of the entity.", examples=["user"])
    fields: FieldTypes | None = Field(
        None,
        description="Columns of the table and their types: those that the operations mention, and the key.",
        examples=[{"id": "uuid", "status": "string"}],
    )
    relation: RelationText | None = Field(
        None,
        description="The table: `source('app', 'users')`, `ref('model')`, `schema.table` or `table`. "
        "Default: the entity's name in the target schema.",
        examples=["source('app', 'users')"],
    )
    key: Names | None = Field(
        None,
        description="Column, or list of columns, whose values are unique and not null; batches are ranges of "
        "it. Default: the table's primary key, else `id`.",
        examples=["id"],
    )
    patterns: list[Any] | None = Field(
        None, description="The operations on the table.", examples=[[{"name": "batch_operations"}]]
    )
