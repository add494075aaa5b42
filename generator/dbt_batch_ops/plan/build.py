"""Turn a validated spec into plans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.parameters import plan_parameters
from dbt_batch_ops.plan.statements import StatementReader
from dbt_batch_ops.spec.diagnostics import Diagnostic, Severity, quoted
from dbt_batch_ops.spec.durations import parse_duration
from dbt_batch_ops.spec.read import EntitySpec, OperationSpec
from dbt_batch_ops.spec.relation import Relation, parse_relation
from dbt_batch_ops.spec.support import SUPPORTED_OPERATION_TYPES
from dbt_batch_ops.sql.types import PgType, parse_type

DEFAULT_BATCH_SIZE = 1000
"""Rows per batch when the spec says nothing."""


def build_plans(specs: Iterable[EntitySpec]) -> list[OperationPlan]:
    """Return the plans of all operations that have no mistake.

    Mistakes in SQL, types and parameters are added to the documents' diagnostics; call ``diagnostics_of``
    afterwards.

    Args:
        specs: What ``read_specs`` returned.
    """
    plans: list[OperationPlan] = []
    for spec in specs:
        fields = _field_types(spec)
        for operation in spec.operations:
            plan = _build(spec, operation, fields)
            if plan is not None:
                plans.append(plan)
    return plans


def _field_types(spec: EntitySpec) -> dict[str, PgType | None] | None:
    """Return the entity's columns with their types; ``None`` when the spec has no usable ``fields``.

    A column whose type is wrong stays a column, so that one mistake is not reported again wherever it is
    mentioned.
    """
    written = spec.document.data.get("fields") if isinstance(spec.document.data, dict) else None
    if not isinstance(written, dict):
        return None
    types: dict[str, PgType | None] = dict.fromkeys(written)
    for name, text in (spec.entity.fields or {}).items():
        try:
            types[name] = parse_type(text)
        except ValueError as error:
            spec.document.error(spec.document.position(("fields", name)), f"column {quoted(name)}: {error}")
    return types


def _build(
    spec: EntitySpec, operation: OperationSpec, fields: dict[str, PgType | None] | None
) -> OperationPlan | None:
    document, model = spec.document, operation.model
    if model.operation_type not in SUPPORTED_OPERATION_TYPES:
        return None
    reader = StatementReader(document, operation.location, fields)
    _read_assignments(spec, operation, reader)
    if model.where_condition is not None:
        reader.read_condition((*operation.location, "where_condition"), model.where_condition)
    elif (
        model.operation_type == "delete"
        and "where_condition" not in document.data["patterns"][operation.location[1]]
    ):
        problem = (
            "no 'where_condition': every row is deleted; write 'where_condition: \"true\"' if that is meant"
        )
        document.diagnostics.append(_warning(spec, operation, problem))
    parameters, types = plan_parameters(
        document, operation, reader.uses, all_read=reader.all_read and _sql_is_complete(spec, operation)
    )
    if any(d.severity is Severity.ERROR for d in document.diagnostics) or model.operation is None:
        return None
    statements = reader.finish(types)
    return OperationPlan(
        name=model.operation,
        description=" ".join((model.description or "").split()),
        operation_type=cast(Literal["update", "delete"], model.operation_type),
        target=parse_relation(spec.entity.relation)
        if spec.entity.relation
        else Relation("table", (_name(spec),)),
        key=tuple(spec.entity.key) if spec.entity.key else None,
        assignments=statements.assignments,
        condition=statements.condition,
        read_columns=statements.read_columns,
        lists=statements.lists,
        parameters=parameters,
        batch_size=model.batch_size or DEFAULT_BATCH_SIZE,
        iterate_by=model.iterate_by,
        timeout_seconds=parse_duration(model.timeout) if model.timeout else None,
        max_records=model.max_records,
        on_limit=model.on_limit or "refuse",
        on_duplicate_run=model.on_duplicate_run or "refuse",
        spec_path=document.path,
        line=document.position(operation.location).line,
    )


def _sql_is_complete(spec: EntitySpec, operation: OperationSpec) -> bool:
    """Return whether no key with SQL was left out because its value is of the wrong type."""
    written = spec.document.data["patterns"][operation.location[1]]
    keys = [key for key in ("update_data", "where_condition") if key in written]
    return all(getattr(operation.model, key) is not None for key in keys)


def _name(spec: EntitySpec) -> str:
    assert spec.entity.name is not None
    return spec.entity.name


def _warning(spec: EntitySpec, operation: OperationSpec, message: str) -> Diagnostic:
    position = spec.document.position(operation.location)
    return Diagnostic(spec.document.path, position, message, Severity.WARNING)


def _read_assignments(spec: EntitySpec, operation: OperationSpec, reader: StatementReader) -> None:
    """Read what an update sets, refusing the key: a moved key would leave its batch or enter another."""
    location = (*operation.location, "update_data")
    for column, value in (operation.model.update_data or {}).items():
        place = spec.document.key_position((*location, column))
        if column in (spec.entity.key or ()):
            problem = f"the key column {quoted(column)} cannot be set: rows would move between batches"
            spec.document.error(place, problem)
        elif spec.entity.key is None and column == "id":
            problem = (
                "'id' cannot be set: it is taken for the key, and rows would move between batches; "
                "write 'key:' if another column is the key"
            )
            spec.document.error(place, problem)
        else:
            reader.read_assignment((*location, column), column, value)
