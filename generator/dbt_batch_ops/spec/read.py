"""Read spec files into validated entities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dbt_batch_ops.spec.checks import check_entity, check_operation
from dbt_batch_ops.spec.diagnostics import Diagnostic, quoted
from dbt_batch_ops.spec.document import Document, Location, read_document
from dbt_batch_ops.spec.model import Entity, Operation
from dbt_batch_ops.spec.validation import validate_mapping
from dbt_batch_ops.spec.values import found


@dataclass(frozen=True)
class OperationSpec:
    """An operation of a spec, and where it stands.

    Attributes:
        model: The operation, without the keys that are wrong by themselves.
        location: Its place in the document.
    """

    model: Operation
    location: Location


@dataclass
class EntitySpec:
    """One spec file.

    Attributes:
        document: The file, which knows positions and collects diagnostics.
        entity: Its header; keys that are wrong or missing are ``None``.
        operations: Its operations, in the order of the file.
    """

    document: Document
    entity: Entity
    operations: list[OperationSpec] = field(default_factory=list)


def read_specs(files: Iterable[tuple[Path, str]]) -> list[EntitySpec]:
    """Read and validate spec files. Never raises for what is in them; see ``diagnostics_of``.

    Args:
        files: Each file with the path that messages show.
    """
    specs = [read_spec(read_document(file, shown_as)) for file, shown_as in files]
    _check_unique_operations(specs)
    return specs


def diagnostics_of(specs: Iterable[EntitySpec]) -> list[Diagnostic]:
    """Return everything that is wrong with the specs, each finding once, by file and position."""
    found_in_all = {diagnostic for spec in specs for diagnostic in spec.document.diagnostics}
    return sorted(found_in_all, key=lambda diagnostic: diagnostic.sort_key)


def read_spec(document: Document) -> EntitySpec:
    """Validate one document.

    Args:
        document: A parsed file; what is wrong with it is added to its diagnostics.
    """
    if document.data is None:
        if not document.diagnostics:
            document.error(
                document.position(()), "the file is empty; a spec begins with 'name:' and 'fields:'"
            )
        return EntitySpec(document, Entity())
    if not isinstance(document.data, dict):
        problem = f"a spec must be a mapping with 'name', 'fields' and 'patterns', not {found(document.data)}"
        document.error(document.position(()), problem)
        return EntitySpec(document, Entity())
    spec = EntitySpec(document, validate_mapping(document, Entity, document.data, ()))
    check_entity(document, spec.entity, document.data.keys())
    for index, pattern in enumerate(spec.entity.patterns or []):
        location: Location = ("patterns", index)
        operation = validate_mapping(document, Operation, pattern, location)
        spec.operations.append(OperationSpec(operation, location))
        if isinstance(pattern, dict):
            check_operation(document, spec.entity, operation, pattern.keys(), location)
    return spec


def _check_unique_operations(specs: list[EntitySpec]) -> None:
    """Record operations of the same name: their macros would replace each other."""
    first_seen: dict[str, str] = {}
    for spec in specs:
        for operation in spec.operations:
            name = operation.model.operation
            if name is None:
                continue
            position = spec.document.position((*operation.location, "operation"))
            here = f"{spec.document.path}:{position.line}"
            if name in first_seen:
                problem = f"the operation {quoted(name)} is already defined at {first_seen[name]}"
                spec.document.error(position, problem)
            else:
                first_seen[name] = here
