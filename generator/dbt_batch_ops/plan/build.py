"""Turn a validated spec into plans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dbt_batch_ops.plan.dialect import Dialect
from dbt_batch_ops.plan.engine_limits import check_fields, check_limits, effective
from dbt_batch_ops.plan.expressions import FieldTypes
from dbt_batch_ops.plan.findings import Findings
from dbt_batch_ops.plan.model import OperationPlan, Watching
from dbt_batch_ops.plan.operation import OperationReader
from dbt_batch_ops.plan.steps import batch_size, work_items
from dbt_batch_ops.spec.combinations import counts_errors
from dbt_batch_ops.spec.diagnostics import Severity, quoted
from dbt_batch_ops.spec.durations import parse_duration
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.spec.model import Operation
from dbt_batch_ops.spec.parallel import limits_each_worker, worker_limit
from dbt_batch_ops.spec.read import EntitySpec, OperationSpec
from dbt_batch_ops.spec.relation import Relation, parse_relation
from dbt_batch_ops.sql.types import parse_type

DEFAULT_MAX_RETRIES = 5
"""How often a batch is tried again when the spec says nothing."""


def build_plans(specs: Iterable[EntitySpec], engine: str = POSTGRES) -> list[OperationPlan]:
    """Return the plans of all operations that have no mistake.

    Mistakes in SQL, types and parameters are added to the documents' diagnostics; call ``diagnostics_of``
    afterwards.

    Args:
        specs: What ``read_specs`` returned.
        engine: The engine that the statements are for.
    """
    plans: list[OperationPlan] = []
    for spec in specs:
        fields = _field_types(spec)
        dialect = Dialect(engine, spec.document, fields or {}, Findings(spec.document))
        check_fields(dialect, fields or {})
        built = [_build(spec, operation, fields, dialect) for operation in spec.operations]
        if not dialect.findings.tell():
            plans += [plan for plan in built if plan is not None]
    return plans


def _field_types(spec: EntitySpec) -> FieldTypes | None:
    """Return the entity's columns with their types; ``None`` when the spec has no usable ``fields``.

    A column whose type is wrong stays a column, so that one mistake is not reported again wherever it is
    mentioned.
    """
    written = spec.document.data.get("fields") if isinstance(spec.document.data, dict) else None
    if not isinstance(written, dict):
        return None
    types: FieldTypes = dict.fromkeys(written)
    for name, text in (spec.entity.fields or {}).items():
        try:
            types = {**types, name: parse_type(text)}
        except ValueError as error:
            spec.document.error(spec.document.position(("fields", name)), f"column {quoted(name)}: {error}")
    return types


def _build(
    spec: EntitySpec, written: OperationSpec, fields: FieldTypes | None, dialect: Dialect
) -> OperationPlan | None:
    document = spec.document
    if not isinstance(document.data["patterns"][written.location[1]], dict):
        return None
    operation = replace(written, model=effective(written.model, dialect.engine))
    model = operation.model
    reader = OperationReader(spec, operation, fields, dialect)
    items = work_items(spec, operation, dialect.engine)
    check_limits(dialect, written, items or ())
    reader.read(items)
    if any(d.severity is Severity.ERROR for d in document.diagnostics):
        return None
    assert model.operation is not None
    assert spec.entity.name is not None
    return OperationPlan(
        name=model.operation,
        description=" ".join((model.description or "").split()),
        target=parse_relation(spec.entity.relation)
        if spec.entity.relation
        else Relation("table", (spec.entity.name,)),
        key=tuple(spec.entity.key) if spec.entity.key else None,
        steps=reader.steps,
        has_steps=bool(operation.steps),
        preconditions=reader.preconditions,
        parameters=reader.parameters,
        batch_size=batch_size(model, dialect.engine),
        iterate_by=model.iterate_by,
        timeout_seconds=parse_duration(model.timeout) if model.timeout else None,
        max_records=model.max_records,
        on_limit=model.on_limit or "refuse",
        on_duplicate_run=model.on_duplicate_run or "refuse",
        requires_confirmation=model.requires_confirmation is True,
        skip_invalid_rows=model.skip_invalid_rows is True,
        max_errors=_max_errors(model),
        error_handling=model.error_handling or "stop_on_error",
        max_retries=DEFAULT_MAX_RETRIES if model.max_retries is None else model.max_retries,
        max_workers=worker_limit(model),
        heartbeat_seconds=parse_duration(model.heartbeat_interval) if model.heartbeat_interval else None,
        max_errors_per_worker=model.max_errors_per_worker if limits_each_worker(model) else None,
        redact=reader.redact,
        watching=_watching(model),
        fields=tuple((spec.entity.fields or {}).items()),
        spec_path=document.path,
        line=document.position(operation.location).line,
        engine=dialect.engine,
    )


def _watching(model: Operation) -> Watching:
    return Watching(
        logging_level=model.logging_level or "standard",
        log_table=model.log_table,
        collect_metrics=model.collect_metrics is True,
        metrics_table=model.metrics_table,
        notify_on_completion=model.notify_on_completion is True,
        progress_notification_interval=model.progress_notification_interval,
        notification_channels=tuple(dict.fromkeys(model.notification_channels or ())),
        notification_message=model.notification_message,
    )


def _max_errors(model: Operation) -> int | None:
    """Return the limit of failed rows; where one worker does all, its own limit is one of the run."""
    if not counts_errors(model):
        return None
    own = None if limits_each_worker(model) else model.max_errors_per_worker
    limits = [limit for limit in (model.max_errors, own) if limit is not None]
    return min(limits) if limits else None
