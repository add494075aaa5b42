"""What must not be seen in the ledger: the columns of ``redact``, and what has the same values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from dbt_batch_ops.plan.drafts import Draft
from dbt_batch_ops.plan.expressions import FieldTypes, Read
from dbt_batch_ops.plan.resolution import Resolved
from dbt_batch_ops.plan.sources import RecordsSource
from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document
from dbt_batch_ops.spec.read import OperationSpec
from dbt_batch_ops.sql.neighbours import columns_beside


@dataclass(frozen=True)
class _Flow:
    """Where values go.

    Attributes:
        name: The column that is written, or the argument of a function.
        is_column: Whether it is a column.
        fields: The fields of rows that go into it.
        columns: The columns of the target that go into it.
    """

    name: str
    is_column: bool
    fields: tuple[str, ...]
    columns: tuple[str, ...] = ()


def check_redact(
    document: Document, operation: OperationSpec, drafts: Iterable[Draft], fields: FieldTypes | None
) -> None:
    """Record names of ``redact`` that are neither columns nor fields of rows.

    Args:
        document: The file.
        operation: The operation.
        drafts: Its steps, read without a mistake: otherwise a field may be missing among them.
        fields: The entity's columns; ``None`` when they are not known.
    """
    rows = list(dict.fromkeys(placed.use.field or "" for draft in drafts for placed in draft.fields()))
    for index, name in enumerate(operation.model.redact or ()):
        if fields is None or name in fields or name in rows:
            continue
        also = f", and the fields of rows are {listed(rows)}" if rows else ""
        advice = suggestion(name, [*fields, *rows]) or f"; 'fields' has {listed(fields)}{also}"
        place = document.item_location((*operation.location, "redact"), index)
        document.error(document.position(place), f"unknown column {quoted(name)}{advice}")


def redacted_names(named: Collection[str], drafts: Iterable[Draft]) -> tuple[str, ...]:
    """Return the columns and fields of rows that must not be seen.

    A value has more than one name: what a file calls ``Mail`` is written to ``email``, and an error may show
    it under either. So the fields that go into a named column are hidden as well, and so is every column into
    which one of all these goes.

    Args:
        named: What the spec names.
        drafts: The steps.
    """
    flows = [flow for draft in drafts for flow in _flows(draft)] if named else []
    secret = [*named, *(field for flow in flows if flow.name in named for field in flow.fields)]
    fed = [
        flow.name for flow in flows if flow.is_column and not {*flow.fields, *flow.columns}.isdisjoint(secret)
    ]
    return tuple(dict.fromkeys([*secret, *fed]))


def redacted_parameters(
    hidden: Collection[str], resolved: Iterable[Resolved], preconditions: Iterable[Read]
) -> set[str]:
    """Return the names of the parameters whose values must not be seen.

    Those are the parameters that are called like a hidden column, are written to one, or stand in one term of
    a condition with one, and records with a hidden field.

    Args:
        hidden: What ``redacted_names`` returned.
        resolved: The steps.
        preconditions: The preconditions.
    """
    names = set(hidden)
    if not names:
        return names
    reads = list(preconditions)
    for step in resolved:
        draft = step.draft
        reads += draft.reads()
        for name, read in (*draft.values, *draft.arguments):
            if name in hidden:
                names |= {placed.use.name for placed in read.uses if placed.use.field is None}
        has_hidden_field = any(placed.use.field in hidden for placed in draft.fields())
        if isinstance(step.source, RecordsSource) and (step.takes_input or has_hidden_field):
            names.add(step.source.parameter)
    for read in reads:
        beside = columns_beside(read.expression) if read.expression is not None else {}
        for placed in read.uses:
            if placed.use.field is None and not beside[placed.use.offset].isdisjoint(hidden):
                names.add(placed.use.name)
    return names


def _flows(draft: Draft) -> Iterator[_Flow]:
    for column, placed in draft.mapped:
        yield _Flow(column, True, (placed.use.field or "",))
    for column, read in draft.values:
        yield _Flow(column, True, _fields(read), read.columns)
    for name, read in draft.arguments:
        if name is not None:
            yield _Flow(name, False, _fields(read))


def _fields(read: Read) -> tuple[str, ...]:
    return tuple(placed.use.field for placed in read.uses if placed.use.field is not None)
