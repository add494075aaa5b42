"""Rules of the spec language that concern several keys at once."""

from __future__ import annotations

from collections.abc import Sequence, Set

from dbt_batch_ops.spec.combinations import check_work, counts_errors
from dbt_batch_ops.spec.diagnostics import quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import Entity, Operation, Step
from dbt_batch_ops.spec.names import operation_name_problem, parameter_name_problem, step_name_problem
from dbt_batch_ops.spec.parallel import check_parallel
from dbt_batch_ops.spec.watching import check_watching
from dbt_batch_ops.spec.work import WORK_KEYS


def check_entity(document: Document, entity: Entity, written: Set[str]) -> None:
    """Record what an entity's header lacks or contradicts.

    Args:
        document: The file.
        entity: Its header.
        written: The keys that the file has, right or wrong.
    """
    start = document.position(())
    if "name" not in written:
        document.error(start, "missing 'name': the name of the entity (the table), above its 'patterns'")
    if "fields" not in written:
        document.error(start, "missing 'fields': the columns that the operations mention, with their types")
    if "patterns" not in written:
        document.error(start, "missing 'patterns': the list of operations on the entity")
    elif entity.patterns == []:
        document.error(document.position(("patterns",)), "'patterns' is an empty list; write an operation")
    for column in entity.key or []:
        fields = document.data.get("fields")
        if isinstance(fields, dict) and column not in fields:
            near = suggestion(column, fields)
            problem = f"key column {quoted(column)} is not in 'fields'{near}"
            document.error(document.position(("key",)), problem)


def check_operation(
    document: Document, entity: Entity, operation: Operation, written: Set[str], location: Location
) -> None:
    """Record what an operation lacks or contradicts.

    Args:
        document: The file.
        entity: The entity whose pattern it is.
        operation: The operation, without the keys that are wrong by themselves.
        written: The keys that it has, right or wrong.
        location: Where it stands.
    """
    _check_required(document, written, location)
    _check_name(document, operation, location)
    _check_target(document, entity, operation, location)
    if "steps" in written:
        _check_steps(document, operation, written, location)
    else:
        check_work(document, operation, written, location)
    _check_limits(document, operation, written, location)
    check_parallel(document, operation, written, location)
    _check_parameter_names(document, operation, location)
    check_watching(document, operation, location)


def check_step(document: Document, step: Step, written: Set[str], location: Location) -> None:
    """Record what a step lacks or contradicts.

    Args:
        document: The file.
        step: The step, without the keys that are wrong by themselves.
        written: The keys that it has, right or wrong.
        location: Where it stands.
    """
    if "name" not in written:
        document.error(document.position(location), "missing 'name': every step has one")
    for key, problem in (
        ("name", step_name_problem(step.name) if step.name else None),
        ("output", parameter_name_problem(step.output) if step.output else None),
    ):
        if problem:
            shown = f"the {'step' if key == 'name' else 'output'}'s name {quoted(getattr(step, key))}"
            document.error(document.position((*location, key)), f"{shown} {problem}")
    check_work(document, step, written, location)


def check_step_names(document: Document, steps: Sequence[tuple[Step, Location]]) -> None:
    """Record steps, and outputs of steps, that have the same name.

    Args:
        document: The file.
        steps: Every step of an operation and where it stands, in the order of the file.
    """
    for key in ("name", "output"):
        first_seen: dict[str, int] = {}
        for step, location in steps:
            name = getattr(step, key)
            if name is None:
                continue
            position = document.position((*location, key))
            if name in first_seen:
                what = "a step" if key == "name" else "the output of a step"
                document.error(position, f"{what} is already named {quoted(name)} at line {first_seen[name]}")
            first_seen.setdefault(name, position.line)


def _check_required(document: Document, written: Set[str], location: Location) -> None:
    start = document.position(location)
    if "name" not in written:
        document.error(start, "missing 'name'; an operation begins with 'name: batch_operations'")
    if "operation" not in written:
        document.error(start, "missing 'operation': the name of the macro to generate")


def _check_name(document: Document, operation: Operation, location: Location) -> None:
    if operation.operation is not None:
        problem = operation_name_problem(operation.operation)
        if problem:
            place = document.position((*location, "operation"))
            document.error(place, f"the operation's name {quoted(operation.operation)} {problem}")


def _check_target(document: Document, entity: Entity, operation: Operation, location: Location) -> None:
    target = operation.target_entity
    if target is not None and entity.name is not None and target != entity.name:
        problem = (
            f"'target_entity' is {quoted(target)}, but this file describes the entity {quoted(entity.name)}; "
            "leave it out, or move the operation to the file of that entity"
        )
        document.error(document.position((*location, "target_entity")), problem)


def _check_steps(document: Document, operation: Operation, written: Set[str], location: Location) -> None:
    if operation.steps == []:
        document.error(document.position((*location, "steps")), "'steps' is an empty list; write a step")
    if "operation_type" in written:
        place = document.key_position((*location, "steps"))
        document.error(
            place, "'steps' and 'operation_type' exclude each other; give each step its own operation_type"
        )
    for key in sorted((written & WORK_KEYS) - {"operation_type", "batch_size"}):
        place = document.key_position((*location, key))
        document.error(place, f"'{key}' belongs to a step when there are 'steps'; move it into one")


def _check_limits(document: Document, operation: Operation, written: Set[str], location: Location) -> None:
    if "on_limit" in written and "max_records" not in written:
        place = document.key_position((*location, "on_limit"))
        document.error(place, "'on_limit' has no meaning without 'max_records'")
    if operation.iterate_by == "range" and "max_records" in written:
        problem = (
            "'iterate_by: range' cannot be used with 'max_records': a capped run stages its keys first to "
            "freeze which rows it may change; write 'iterate_by: keys' or leave it out"
        )
        document.error(document.position((*location, "iterate_by")), problem)
    _check_max_errors(document, operation, written, location)


def _check_max_errors(
    document: Document, operation: Operation, written: Set[str], location: Location
) -> None:
    broken = {key for key in ("error_handling", "skip_invalid_rows") if getattr(operation, key) is None}
    if operation.max_errors is None or counts_errors(operation) or broken & written:
        return
    problem = (
        "`max_errors` counts failed rows, and there is nothing that it limits: a run ends with the first; "
        "write 'error_handling: continue_on_error' or 'skip_invalid_rows: true', or leave it out"
    )
    document.warning(document.key_position((*location, "max_errors")), problem)


def _check_parameter_names(document: Document, operation: Operation, location: Location) -> None:
    for name in operation.parameters or {}:
        problem = parameter_name_problem(name)
        if problem:
            place = document.key_position((*location, "parameters", name))
            document.error(place, f"the parameter's name {quoted(name)} {problem}")
