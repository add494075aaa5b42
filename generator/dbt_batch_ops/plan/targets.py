"""Rules about a step and the table that it works on."""

from __future__ import annotations

from dbt_batch_ops.plan.drafts import Draft
from dbt_batch_ops.plan.expressions import FieldTypes
from dbt_batch_ops.plan.resolution import Resolved
from dbt_batch_ops.plan.sources import CsvSource, OutputSource, RecordsSource
from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document
from dbt_batch_ops.spec.read import OperationSpec


def check_columns(draft: Draft, fields: FieldTypes | None) -> None:
    """Record columns of ``select_fields`` and ``conflict_target`` that are not there.

    Args:
        draft: The step.
        fields: The entity's columns; ``None`` when they are not known.
    """
    item = draft.item
    for key, names in (
        ("select_fields", item.work.select_fields),
        ("conflict_target", item.work.conflict_target),
    ):
        for index, column in enumerate(names or ()):
            place = (*item.location, key, index)
            position = item.document.position(place)
            if fields is not None and column not in fields:
                advice = suggestion(column, fields) or f"; 'fields' has {listed(fields)}"
                item.document.error(position, f"unknown column {quoted(column)}{advice}")
            elif key == "conflict_target" and item.type == "upsert" and column not in draft.written_columns:
                problem = f"{quoted(column)} decides whether a row is there, but it is not written"
                item.document.error(position, f"{problem}; add it to 'upsert_data'")


def warn_of_everything(draft: Draft) -> None:
    """Warn of a delete without a condition."""
    if draft.item.type == "delete" and not draft.item.has("where_condition"):
        problem = (
            "no 'where_condition': every row is deleted; write 'where_condition: \"true\"' if that is meant"
        )
        draft.item.document.warning(draft.item.document.position(draft.item.location), problem)


def check_rows_are_imported(operation: OperationSpec, document: Document, steps: list[Resolved]) -> None:
    """Record ``skip_invalid_rows`` where no step imports rows.

    Args:
        operation: The operation.
        document: The file.
        steps: Its steps.
    """
    sources = (RecordsSource, CsvSource, OutputSource)
    imports = any(
        step.draft.item.type in ("insert", "upsert") and isinstance(step.source, sources) for step in steps
    )
    if operation.model.skip_invalid_rows and not imports:
        place = document.key_position((*operation.location, "skip_invalid_rows"))
        problem = "'skip_invalid_rows' is about imported rows, but no insert or upsert imports any; remove it"
        document.error(place, problem)
