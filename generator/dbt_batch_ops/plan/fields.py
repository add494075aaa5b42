"""The types of the fields of a step's rows."""

from __future__ import annotations

from dbt_batch_ops.plan.model import RowField
from dbt_batch_ops.plan.resolution import Resolved
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.sql.parameters import PlacedUse
from dbt_batch_ops.sql.types import TEXT


def row_fields(resolved: Resolved) -> tuple[RowField, ...]:
    """Return the fields that a step mentions, in order, each with its type.

    A column of an earlier select has its own type. Otherwise the columns that the field meets decide, and
    must agree; without any, a cast right around it does. Mistakes are added to the document.

    Args:
        resolved: The step.
    """
    uses: dict[str, list[PlacedUse]] = {}
    for placed in resolved.draft.fields():
        uses.setdefault(placed.use.field or "", []).append(placed)
    known = resolved.rows.columns if resolved.rows is not None else None
    fields: list[RowField] = []
    for name, own in uses.items():
        if resolved.takes_input:
            continue  # the function's signature decides
        if known is not None:
            type_ = known.get(name)
            is_scalar = type_ is not None and not type_.is_array
            fields.append(RowField(name, str(type_ or TEXT), name if is_scalar else None))
            continue
        found = _typed(resolved, name, own)
        if found is not None:
            fields.append(found)
    return tuple(fields)


def _typed(resolved: Resolved, name: str, uses: list[PlacedUse]) -> RowField | None:
    document = resolved.draft.item.document
    placed = [use for use in uses if use.use.type is not None and not use.use.is_cast]
    casts = {use.use.type for use in uses if use.use.is_cast and use.use.type is not None}
    for use in uses:
        shown = quoted(use.use.shown)
        if use.use.type is None:
            advice = f'{{sql: "cast({use.use.shown} as numeric)"}}'
            problem = (
                f"the type of {shown} cannot be told from where it stands; say it with a cast, as {advice}"
            )
            document.error(Position(use.line, use.column), problem)
            return None
        if placed and not use.use.is_cast and use.use.type != placed[0].use.type:
            first = placed[0]
            problem = (
                f"{shown} is {use.use.type} here but {first.use.type} at line {first.line}; cast it in one "
                f'of the places, as {{sql: "cast({use.use.shown} as {use.use.type})"}}'
            )
            document.error(Position(use.line, use.column), problem)
            return None
    if placed:
        type_, column = placed[0].use.type, placed[0].use.column
        return RowField(name, str(type_), column)
    return RowField(name, str(casts.pop()) if len(casts) == 1 else str(TEXT))
