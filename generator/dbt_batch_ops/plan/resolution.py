"""What the names in a step stand for: parameters, lists of earlier steps, fields of the step's rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from dbt_batch_ops.plan.drafts import Draft
from dbt_batch_ops.plan.outputs import ListOutput, Output, Outputs
from dbt_batch_ops.plan.sources import (
    CsvSource,
    OnceSource,
    OutputSource,
    RecordsSource,
    Source,
    TargetSource,
    csv_position,
)
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.spec.work import CSV_FILE
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.parameters import RUN_STARTED_AT, PlacedUse
from dbt_batch_ops.sql.types import JSONB, TEXT

_IMPORTS = frozenset({"insert", "upsert"})


@dataclass
class Resolved:
    """A step with every name resolved.

    Attributes:
        draft: The step.
        source: Where its rows come from. A function's input that is one parameter is ``once`` until its type
            is known.
        rows: The earlier step whose rows are the source, or ``None``.
        lists: The lists of earlier steps, by name.
        list_uses: Where those stand in SQL.
        parameters: The uses of parameters, in order.
        takes_input: Whether the function's input is the source itself.
    """

    draft: Draft
    source: Source
    rows: Output | None = None
    lists: dict[str, ListOutput] = field(default_factory=dict)
    list_uses: list[PlacedUse] = field(default_factory=list)
    parameters: list[PlacedUse] = field(default_factory=list)
    takes_input: bool = False


def resolve(draft: Draft, outputs: Outputs, earlier: Collection[str]) -> Resolved:
    """Resolve the names of one step.

    Args:
        draft: The step; mistakes are added to its document.
        outputs: What the operation's steps produce.
        earlier: The steps that run before.
    """
    resolved = Resolved(draft, _given_source(draft) or OnceSource())
    if draft.item.work.data_source is not None:
        resolved.parameters.append(_source_parameter(draft))
    _refuse_fields(draft)
    _resolve_names(resolved, outputs, earlier)
    if draft.item.type in ("update", "delete", "select"):
        resolved.source = TargetSource()
        return resolved
    _resolve_rows(resolved, outputs, earlier)
    if isinstance(resolved.source, OnceSource) and draft.item.type in _IMPORTS and _reads_target(draft):
        resolved.source = TargetSource()
    _check_source(resolved)
    return resolved


def _given_source(draft: Draft) -> Source | None:
    """Return the source that ``data_source`` names."""
    work = draft.item.work
    if work.data_source is None:
        return None
    if work.data_source == CSV_FILE:
        has_header = work.csv_has_header is not False
        return CsvSource(CSV_FILE, work.csv_delimiter or ",", has_header)
    parameter = work.data_source.removeprefix(":")
    names = [use.use.name for use in draft.fields()]
    return RecordsSource(parameter, names[0] if names else parameter)


def _source_parameter(draft: Draft) -> PlacedUse:
    """Return ``data_source`` as a use of a parameter."""
    source = draft.item.work.data_source or ""
    position = draft.item.document.position((*draft.item.location, "data_source"))
    type_ = TEXT if source == CSV_FILE else JSONB
    return PlacedUse(Use(source.removeprefix(":"), 0, type_), position.line, position.column)


def _refuse_fields(draft: Draft) -> None:
    """Record fields of rows where there are none."""
    type_ = draft.item.type
    for read in draft.reads() if type_ in ("update", "delete", "select") else draft.target_reads():
        for placed in read.uses:
            if placed.use.field is None:
                continue
            if read in draft.rules:
                advice = "a rule is about the columns that are written; write the column"
            elif type_ == "update":
                advice = "an update works on rows of the target; use an upsert"
            else:
                advice = "a condition is about rows of the target; write a list, as 'id = ANY(:name)'"
            problem = f"{quoted(placed.use.shown)}, a field of rows, has no place here: {advice}"
            draft.item.document.error(Position(placed.line, placed.column), problem)


def _resolve_names(resolved: Resolved, outputs: Outputs, earlier: Collection[str]) -> None:
    """Tell parameters from lists of earlier steps."""
    draft = resolved.draft
    whole = draft.input
    for read in draft.reads():
        for placed in read.uses:
            name = placed.use.name
            if placed.use.field is not None or name == RUN_STARTED_AT:
                continue
            is_input = placed is whole
            if is_input and draft.item.work.data_source in (f":{name}", name):
                resolved.takes_input = True
                continue
            found = outputs.listed(name, placed, earlier, as_input=is_input)
            if found is None:
                if name not in outputs.refused:
                    resolved.parameters.append(placed)
            elif is_input:
                resolved.takes_input = True
                resolved.source = OutputSource(found.output.step, name, found.field)
                resolved.rows = found.output
            else:
                resolved.lists[name] = found
                resolved.list_uses.append(placed)


def _resolve_rows(resolved: Resolved, outputs: Outputs, earlier: Collection[str]) -> None:
    """Find the rows whose fields are mentioned."""
    draft = resolved.draft
    uses = list(draft.fields())
    if not uses:
        return
    name = uses[0].use.name
    for use in uses:
        if use.use.name != name:
            problem = f"':{use.use.name}' and ':{name}' are rows of two sources; a step goes through one"
            draft.item.document.error(Position(use.line, use.column), problem)
            return
    if draft.item.work.data_source is not None:
        if outputs.named(name) is not None:
            problem = (
                f"':{name}' is the output of a step, but this step goes through the rows of 'data_source'"
            )
            draft.item.document.error(Position(uses[0].line, uses[0].column), problem)
        return
    resolved.rows = outputs.rows(name, uses, earlier)
    if resolved.rows is None:
        return
    is_list = draft.input is not None and draft.input.use.field is not None
    resolved.takes_input = is_list
    resolved.source = OutputSource(resolved.rows.step, name, uses[0].use.field if is_list else None)


def _uses_rows(resolved: Resolved) -> bool:
    return resolved.takes_input or any(True for _ in resolved.draft.fields())


def _reads_target(draft: Draft) -> bool:
    return draft.condition is not None or any(read.columns for _, read in draft.values)


def _check_source(resolved: Resolved) -> None:
    """Record what contradicts the source of an insert, an upsert or a function."""
    draft, source = resolved.draft, resolved.source
    document, location, item_type = draft.item.document, draft.item.location, draft.item.type
    has_rows = isinstance(source, (RecordsSource, CsvSource, OutputSource))
    is_read = bool(draft.written_columns) or item_type == "custom_function"
    if draft.item.work.data_source is not None and is_read and not _uses_rows(resolved):
        shown = "name" if isinstance(source, CsvSource) else "field"
        row = CSV_FILE if isinstance(source, CsvSource) else "row"
        place = document.position((*location, "data_source"))
        document.error(place, f"no value uses these rows; write one as ':{row}.{shown}'")
    if isinstance(source, OutputSource) and draft.condition is not None:
        problem = (
            "'where_condition' chooses rows of the target, but the rows come from the step "
            f"{quoted(source.step)}; choose them in that step, or use 'validation_rules' with "
            "'skip_invalid_rows: true'"
        )
        document.error(document.key_position((*location, "where_condition")), problem)
    if draft.rules and not has_rows and item_type in _IMPORTS:
        problem = (
            "'validation_rules' are about imported rows, but no rows are imported here; use 'where_condition'"
        )
        document.error(document.key_position((*location, "validation_rules")), problem)
    if has_rows and item_type in _IMPORTS:
        _refuse_target_columns(draft)
    if isinstance(source, CsvSource):
        _check_csv_columns(draft, source)


def _refuse_target_columns(draft: Draft) -> None:
    """Record columns of the target in values that are made of other rows."""
    for _, read in draft.values:
        for column in read.expression.columns if read.expression is not None else ():
            position = draft.item.document.text_position(read.location, column.offset)
            problem = (
                f"the column {quoted(column.name)} of the target has no place here: the value is made of the "
                f"rows that are imported; write ':row.{column.name}'"
            )
            draft.item.document.error(position, problem)


def _check_csv_columns(draft: Draft, source: CsvSource) -> None:
    for use in draft.fields():
        name = use.use.field or ""
        if name.startswith("csv_column_") and csv_position(name) is None:
            problem = f"{quoted(name)} is no column of a CSV file: they are counted from csv_column_1"
        elif not source.has_header and csv_position(name) is None:
            problem = (
                f"{quoted(name)} is a name, but with 'csv_has_header: false' there are none; write "
                "csv_column_1, csv_column_2, ..."
            )
        else:
            continue
        draft.item.document.error(Position(use.line, use.column), problem)
