"""Read spec files into validated entities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_batch_ops.spec.checks import check_entity, check_operation, check_step, check_step_names
from dbt_batch_ops.spec.diagnostics import Diagnostic, quoted
from dbt_batch_ops.spec.document import Document, Location, read_document
from dbt_batch_ops.spec.model import Entity, Operation, Step
from dbt_batch_ops.spec.names import statements_macro
from dbt_batch_ops.spec.step_order import ordered
from dbt_batch_ops.spec.validation import validate_mapping
from dbt_batch_ops.spec.values import found


@dataclass(frozen=True)
class StepSpec:
    """A step of an operation, and where it stands.

    Attributes:
        model: The step, without the keys that are wrong by themselves.
        location: Its place in the document.
    """

    model: Step
    location: Location


@dataclass(frozen=True)
class OperationSpec:
    """An operation of a spec, and where it stands.

    Attributes:
        model: The operation, without the keys that are wrong by themselves.
        location: Its place in the document.
        steps: Its steps, in the order in which they run; empty when it has none.
        is_ordered: Whether there is such an order; otherwise the steps are in the order of the file.
    """

    model: Operation
    location: Location
    steps: tuple[StepSpec, ...] = ()
    is_ordered: bool = True


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
    _check_unique_tables(specs)
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
        spec.operations.append(_read_operation(document, spec.entity, pattern, location))
    return spec


def _read_operation(document: Document, entity: Entity, pattern: Any, location: Location) -> OperationSpec:
    operation = validate_mapping(document, Operation, pattern, location)
    if not isinstance(pattern, dict):
        return OperationSpec(operation, location)
    check_operation(document, entity, operation, pattern.keys(), location)
    steps: list[StepSpec] = []
    for index, written in enumerate(operation.steps or []):
        place: Location = (*location, "steps", index)
        step = StepSpec(validate_mapping(document, Step, written, place), place)
        steps.append(step)
        if isinstance(written, dict):
            check_step(document, step.model, written.keys(), place)
    pairs = [(step.model, step.location) for step in steps]
    check_step_names(document, pairs)
    order = ordered(document, pairs)
    if order is None:
        return OperationSpec(operation, location, tuple(steps), is_ordered=False)
    return OperationSpec(operation, location, tuple(steps[i] for i in order))


def _check_unique_operations(specs: list[EntitySpec]) -> None:
    """Record operations and steps whose macros would replace each other."""
    first_seen: dict[str, str] = {}
    for spec in specs:
        for operation in spec.operations:
            name = operation.model.operation
            if name is None:
                continue
            position = spec.document.position((*operation.location, "operation"))
            if name in first_seen:
                problem = f"the operation {quoted(name)} is already defined at {first_seen[name]}"
                spec.document.error(position, problem)
                continue
            first_seen[name] = f"{spec.document.path}:{position.line}"
            _check_unique_statements(spec.document, operation, name, first_seen)


def _check_unique_statements(
    document: Document, operation: OperationSpec, name: str, first_seen: dict[str, str]
) -> None:
    """Record a macro of an operation's statements that another operation has, too: of ``a__b`` and ``a``."""
    places = {statements_macro(name, None): (*operation.location, "operation")}
    if operation.steps:
        named = [step for step in operation.steps if step.model.name is not None]
        places = {
            statements_macro(name, step.model.name): (*step.location, "name") for step in reversed(named)
        }
    for macro, location in places.items():
        position = document.position(location)
        if macro in first_seen:
            problem = (
                f"the macro {quoted(macro)} is already made for {first_seen[macro]}; choose another name"
            )
            document.error(position, problem)
        first_seen[macro] = f"{document.path}:{position.line}"


def _check_unique_tables(specs: list[EntitySpec]) -> None:
    """Record models that would have to show the batches of one operation and the metrics of another."""
    first_seen: dict[str, tuple[str, str]] = {}
    for spec in specs:
        for operation in spec.operations:
            for key in ("log_table", "metrics_table"):
                name = getattr(operation.model, key)
                position = spec.document.position((*operation.location, key))
                if name is None:
                    continue
                other, place = first_seen.setdefault(name, (key, f"{spec.document.path}:{position.line}"))
                if other != key:
                    problem = f"{quoted(name)} is the {other} at {place}, and cannot be this '{key}' too"
                    spec.document.error(position, problem)
