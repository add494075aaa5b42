"""The steps of an operation, whether the spec has ``steps`` or not, in one form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from dbt_batch_ops.plan.model import OperationType
from dbt_batch_ops.spec.combinations import effective_type
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.spec.model import Operation
from dbt_batch_ops.spec.read import EntitySpec, OperationSpec
from dbt_batch_ops.spec.work import Step, Work

DEFAULT_BATCH_SIZE = 1000
"""Rows per batch when the spec says nothing."""

PORTABLE_BATCH_SIZE = 1_000_000
"""The same on other engines, where a batch rewrites files or column segments."""

_SQL_KEYS = (
    *("update_data", "insert_data", "upsert_data", "field_mapping", "data_source"),
    *("where_condition", "validation_rules"),
)


@dataclass(frozen=True)
class WorkItem:
    """One step.

    Attributes:
        document: The file.
        location: Where it stands.
        work: Its keys.
        name: Its name; the operation's when there are no steps.
        type: What it does.
        batch_size: Rows per batch.
        entity: The entity's name.
        key: The key as far as the spec tells it: declared, or ``id`` when there is such a column.
        has_declared_key: Whether it is declared.
        output: The name that the spec gives to its rows, or ``None``.
    """

    document: Document
    location: Location
    work: Work
    name: str
    type: OperationType
    batch_size: int
    entity: str
    key: tuple[str, ...]
    has_declared_key: bool
    output: str | None

    @property
    def line(self) -> int:
        """The line where it begins."""
        return self.document.position(self.location).line

    def has(self, key: str) -> bool:
        """Return whether the spec has a key here, right or wrong."""
        return self.document.has((*self.location, key))


def batch_size(operation: Operation, engine: str) -> int:
    """Return the rows per batch of an operation, where a step does not say otherwise.

    Args:
        operation: The operation; in parallel, ``worker_batch_size`` takes the place of ``batch_size``.
        engine: The engine that it is for.
    """
    own = operation.worker_batch_size if operation.parallel is True else None
    default = DEFAULT_BATCH_SIZE if engine == POSTGRES else PORTABLE_BATCH_SIZE
    return own or operation.batch_size or default


def work_items(spec: EntitySpec, operation: OperationSpec, engine: str) -> list[WorkItem] | None:
    """Return the steps of an operation, those with a name and a type.

    Args:
        spec: The entity.
        operation: The operation.
        engine: The engine that it is for.

    Returns:
        The steps in the order of the operation; ``None`` when one of them cannot be read at all.
    """
    document, model = spec.document, operation.model
    sources: list[tuple[Work, Location, str | None]] = (
        [(step.model, step.location, step.model.name) for step in operation.steps]
        if "steps" in document.data["patterns"][operation.location[1]]
        else [(model, operation.location, model.operation)]
    )
    fields = spec.entity.fields or {}
    key = tuple(spec.entity.key or (["id"] if "id" in fields else []))
    items: list[WorkItem] = []
    for work, location, name in sources:
        written = {key for key in (*type(work).model_fields,) if document.has((*location, key))}
        type_ = effective_type(work, written)
        if type_ is None or name is None:
            return None
        items.append(
            WorkItem(
                document=document,
                location=location,
                work=work,
                name=name,
                type=cast(OperationType, type_),
                batch_size=(work.batch_size if isinstance(work, Step) else None) or batch_size(model, engine),
                entity=spec.entity.name or "",
                key=key,
                has_declared_key=spec.entity.key is not None,
                output=work.output if isinstance(work, Step) else None,
            )
        )
    return items


def is_complete(item: WorkItem) -> bool:
    """Return whether no key with SQL was left out because its value is of the wrong type."""
    return all(getattr(item.work, key) is not None for key in _SQL_KEYS if item.has(key))
