"""What engines other than PostgreSQL cannot do, or do differently."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from dbt_batch_ops.plan.dialect import Dialect
from dbt_batch_ops.plan.resolution import Resolved
from dbt_batch_ops.plan.steps import WorkItem
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.spec.engines import POSTGRES, SPARK, shown_engine
from dbt_batch_ops.spec.model import Operation
from dbt_batch_ops.spec.read import OperationSpec
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.types import PgType

_PORTABLE_TYPES = frozenset({"update", "delete", "insert", "upsert", "select"})

_NO_FUNCTION = "a function is called with rows that PostgreSQL's ledger has staged"
_NO_EXPORT = "an export is handed over by PostgreSQL's ledger; a select is for lists of later steps"

_NO_SOURCE: Mapping[str, str] = {
    "target": "rows of a table are copied by PostgreSQL only; give them as {query: ...} of a `data_source`",
    "output": "rows of an earlier step are kept by PostgreSQL's ledger",
}
"""Where rows of an insert or upsert cannot come from, and why."""

_IGNORED: Mapping[str, str] = {
    "parallel": "one worker does all batches",
    "max_workers": "one worker does all batches",
    "worker_batch_size": "one worker does all batches; 'batch_size' is used",
    "heartbeat_interval": "one worker does all batches, and nobody watches it",
    "error_handling": "the first batch that fails stops the run, which can be resumed",
    "max_errors": "the first batch that fails stops the run, which can be resumed",
    "max_errors_per_worker": "the first batch that fails stops the run, which can be resumed",
    "max_retries": "a batch that fails is not tried again; the run can be resumed",
    "notify_on_completion": "there are no notifications",
    "progress_notification_interval": "there are no notifications",
    "notification_channels": "there are no notifications",
    "notification_message": "there are no notifications",
    "log_table": "there are no models over the ledger; read batch_ops.batches",
    "metrics_table": "there are no models over the ledger; read batch_ops.batches",
    "collect_metrics": "batches are not measured",
}
"""Keys that have no effect, and why."""

_DEFAULTS: Mapping[str, object] = {
    "parallel": False,
    "max_workers": 1,
    "error_handling": "stop_on_error",
    "max_retries": 0,
    "notify_on_completion": False,
    "collect_metrics": False,
}
"""Values that say what happens anyway."""


def is_portable(type_: str, engine: str) -> bool:
    """Return whether an engine has operations of a type.

    Args:
        type_: The operation type.
        engine: The engine.
    """
    return engine == POSTGRES or type_ in _PORTABLE_TYPES


def effective(model: Operation, engine: str) -> Operation:
    """Return an operation as an engine does it: without the keys that have no effect.

    Args:
        model: The operation.
        engine: The engine.
    """
    if engine == POSTGRES:
        return model
    return model.model_copy(update={**dict.fromkeys(_ignored(model)), "max_retries": 0})


def _ignored(model: Operation) -> dict[str, str]:
    """Return the keys that have no effect on an operation, and why; `max_errors` limits what is left out."""
    return {key: why for key, why in _IGNORED.items() if key != "max_errors" or not model.skip_invalid_rows}


def check_fields(dialect: Dialect, fields: Mapping[str, PgType | None]) -> None:
    """Record columns that a table of the engine cannot have.

    Args:
        dialect: The engine.
        fields: The entity's columns.
    """
    if dialect.engine == POSTGRES:
        return
    seen: dict[str, str] = {}
    for name, type_ in fields.items():
        position = dialect.document.position(("fields", name))
        first = seen.setdefault(name.lower(), name)
        if first != name:
            problem = f"{quoted(name)} and {quoted(first)} are one column on {shown_engine(dialect.engine)}"
            dialect.findings.error(position, f"{problem}, which does not look at case")
        try:
            if type_ is not None:
                engine_type(type_, dialect.engine)
        except ValueError as error:
            dialect.findings.error(position, f"column {quoted(name)}: {error}")


def check_limits(dialect: Dialect, operation: OperationSpec, items: Iterable[WorkItem]) -> None:
    """Record what an operation asks for that the engine cannot do, or does differently.

    Args:
        dialect: The engine.
        operation: The operation, as it is written.
        items: Its steps.
    """
    if dialect.engine == POSTGRES:
        return
    document, model = dialect.document, operation.model
    shown = shown_engine(dialect.engine)
    for item in items:
        if is_portable(item.type, dialect.engine):
            continue
        location = (*item.location, "operation_type")
        place = document.position(location if document.has(location) else (*item.location, "data_source"))
        dialect.findings.error(place, f"{quoted(item.type)} is not done on {shown}: {_NO_FUNCTION}")
    for key, effect in _ignored(model).items():
        value = getattr(model, key)
        place = document.key_position((*operation.location, key))
        if key == "error_handling" and value == "rollback_on_any_error":
            problem = (
                f"`error_handling: rollback_on_any_error` cannot be done on {shown}: each batch is committed"
            )
            dialect.findings.error(document.position((*operation.location, key)), problem)
        elif value is not None and value != _DEFAULTS.get(key):
            dialect.findings.warning(place, f"`{key}` has no effect on {shown}: {effect}")


def check_sources(dialect: Dialect, steps: Iterable[Resolved], used: Collection[str]) -> None:
    """Record rows that the engine cannot go through or hand on.

    Args:
        dialect: The engine.
        steps: The steps of an operation, in the order in which they run.
        used: The steps whose rows are used by later ones.
    """
    if dialect.engine == POSTGRES:
        return
    document, shown = dialect.document, shown_engine(dialect.engine)
    for step in steps:
        item = step.draft.item
        if item.type not in _PORTABLE_TYPES:
            continue
        reason = _NO_SOURCE.get(step.source.kind) if item.type in ("insert", "upsert") else None
        if reason is not None:
            location = (*item.location, "data_source")
            place = document.position(location if document.has(location) else item.location)
            dialect.findings.error(place, f"{quoted(item.name)} is not done on {shown}: {reason}")
        if item.type == "select" and item.name not in used:
            place = document.position((*item.location, "operation_type"))
            dialect.findings.error(place, f"{quoted(item.name)} is not done on {shown}: {_NO_EXPORT}")


def check_lists(dialect: Dialect, step: Resolved, driving: Collection[str]) -> None:
    """Record lists of earlier steps that are used as the engine cannot use them.

    Args:
        dialect: The engine.
        step: A step.
        driving: The lists that limit the rows of the step.
    """
    if dialect.engine == POSTGRES:
        return
    shown = shown_engine(dialect.engine)
    for index, placed in enumerate(step.list_uses):
        name = placed.use.name
        if step.lists[name].output.step_type != "select":
            problem = f"is not there on {shown}: {_NO_SOURCE['output']}, but those of a select"
        elif name not in driving:
            form = f"`column = ANY(:{name})`"
            problem = f"has to stand as {form} on {shown}, alone or joined to other conditions by AND"
        elif index and dialect.engine == SPARK:
            problem = f"is one list too many on {shown}: a statement is joined with one"
        else:
            continue
        dialect.findings.error(Position(placed.line, placed.column), f"{quoted(placed.use.shown)} {problem}")
