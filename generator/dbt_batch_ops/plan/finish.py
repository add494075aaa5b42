"""A step whose names are resolved and typed, as data for the templates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from dbt_batch_ops.plan.dialect import Dialect
from dbt_batch_ops.plan.drafts import Draft
from dbt_batch_ops.plan.engine_limits import check_lists
from dbt_batch_ops.plan.expressions import FieldTypes, Read
from dbt_batch_ops.plan.model import Argument, Assignment, Check, OutputList, RowField, SqlPart, StepPlan
from dbt_batch_ops.plan.resolution import Resolved
from dbt_batch_ops.plan.sources import ListSource, OnceSource
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.spec.relation import parse_function
from dbt_batch_ops.sql.fragments import FieldValue, InputValue, ListTerm, list_terms
from dbt_batch_ops.sql.parameters import PlacedUse
from dbt_batch_ops.sql.translation import field_type
from dbt_batch_ops.sql.types import PgType, parse_type


def finish(
    resolved: Resolved,
    types: Mapping[str, PgType],
    row_fields: tuple[RowField, ...],
    columns: FieldTypes,
    used_outputs: Collection[str],
    dialect: Dialect,
) -> StepPlan:
    """Return the plan of a step.

    Args:
        resolved: The step.
        types: The types of the operation's parameters, and of the lists that steps produce.
        row_fields: The fields of its rows.
        columns: The entity's columns.
        used_outputs: The steps whose rows are used.
        dialect: The engine.
    """
    draft = resolved.draft
    item = draft.item
    source, takes_input = resolved.source, resolved.takes_input
    whole = draft.input
    types = {**types, **{field_type(field.name): parse_type(field.type) for field in row_fields}}
    if isinstance(source, OnceSource) and whole is not None and _is_array(whole, types):
        source, takes_input = ListSource(whole.use.name), True
    lists: dict[int, tuple[int, ListTerm]] = {}
    condition = None
    if draft.condition is not None and draft.condition.expression is not None:
        lists = list_terms(draft.condition.expression, types)
        condition = draft.condition.part(types, lists)
    check_lists(dialect, resolved, {term.name for _, term in lists.values()})
    outputs = (OutputList(name, found.output.step, found.field) for name, found in resolved.lists.items())
    return StepPlan(
        name=item.name,
        operation_type=item.type,
        batch_size=item.batch_size,
        source=source,
        assignments=_assignments(draft, types, columns),
        condition=condition,
        rules=tuple(check(read, types) for read in draft.rules),
        fields=tuple(_engine_field(field, draft, dialect) for field in row_fields),
        lists=tuple((term.name, term.column) for _, term in lists.values()),
        outputs=tuple(outputs),
        read_columns=_read_columns(draft),
        select_columns=tuple(item.work.select_fields or ()),
        conflict_target=tuple(item.work.conflict_target or ()),
        conflict_updates=_conflict_updates(draft),
        function=parse_function(item.work.function) if item.work.function else (),
        arguments=_arguments(draft, types, takes_input=takes_input),
        is_idempotent=item.work.idempotent is True,
        has_output=item.name in used_outputs,
    )


def _engine_field(field: RowField, draft: Draft, dialect: Dialect) -> RowField:
    use = next(placed for placed in draft.fields() if placed.use.field == field.name)
    position = Position(use.line, use.column)
    return replace(field, type=dialect.type_name(parse_type(field.type), quoted(use.use.shown), position))


def _is_array(whole: PlacedUse, types: Mapping[str, PgType]) -> bool:
    type_ = types.get(whole.use.name)
    return type_ is not None and type_.is_array


def check(read: Read, types: Mapping[str, PgType]) -> Check:
    """Return a rule or a precondition.

    Args:
        read: What was read.
        types: The types of the parameters and lists in it.
    """
    assert read.expression is not None
    return Check(" ".join(read.expression.sql.split()), read.part(types), read.over_target)


def _assignments(draft: Draft, types: Mapping[str, PgType], columns: FieldTypes) -> tuple[Assignment, ...]:
    def type_name(column: str) -> str | None:
        type_ = columns.get(column)
        return str(type_) if type_ is not None else None

    mapped = [
        Assignment(
            column,
            SqlPart((FieldValue(placed.use.field or ""),), placed.line, is_expression=False),
            type_name(column),
        )
        for column, placed in draft.mapped
    ]
    written = [
        Assignment(column, read.part(types), type_name(column), is_literal=read.expression is None)
        for column, read in draft.values
    ]
    return (*mapped, *written)


def _read_columns(draft: Draft) -> tuple[str, ...]:
    """Return the target's columns that expressions mention; those of rules are columns that are written."""
    reads = [read for _, read in draft.values] + ([draft.condition] if draft.condition is not None else [])
    return tuple(dict.fromkeys(column for read in reads for column in read.columns))


def _conflict_updates(draft: Draft) -> tuple[str, ...]:
    """Return what an upsert sets in a row that is there: all that is written, but never its key."""
    fixed = {*(draft.item.work.conflict_target or ()), *draft.item.key}
    if draft.item.type != "upsert":
        return ()
    return tuple(column for column in draft.written_columns if column not in fixed)


def _arguments(draft: Draft, types: Mapping[str, PgType], *, takes_input: bool) -> tuple[Argument, ...]:
    if takes_input:
        ((_, read),) = draft.arguments
        return (Argument(None, SqlPart((InputValue(),), read.line, is_expression=False)),)
    return tuple(Argument(name, read.part(types)) for name, read in draft.arguments)
