"""Rules of the spec language that concern several keys at once."""

from __future__ import annotations

from collections.abc import Set

from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import OPERATION_TYPES, Entity, Operation, Parameter
from dbt_batch_ops.spec.names import operation_name_problem, parameter_name_problem
from dbt_batch_ops.spec.support import SUPPORTED_KEYS, support_problem


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
    _check_combinations(document, operation, written, location)
    _check_parameter_names(document, operation, location)
    _check_support(document, operation, location)


def _check_required(document: Document, written: Set[str], location: Location) -> None:
    start = document.position(location)
    if "name" not in written:
        document.error(start, "missing 'name'; an operation begins with 'name: batch_operations'")
    if "operation" not in written:
        document.error(start, "missing 'operation': the name of the macro to generate")
    if not written & {"operation_type", "steps", "data_source"}:
        allowed = listed(OPERATION_TYPES)
        document.error(start, f"missing 'operation_type' (one of {allowed}) or 'steps'")


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


def _check_combinations(
    document: Document, operation: Operation, written: Set[str], location: Location
) -> None:
    if {"operation_type", "steps"} <= written:
        place = document.key_position((*location, "steps"))
        document.error(
            place, "'steps' and 'operation_type' exclude each other; give each step its own operation_type"
        )
    if operation.operation_type == "update" and "update_data" not in written:
        place = document.position((*location, "operation_type"))
        document.error(place, "missing 'update_data': an update needs the columns to set")
    if operation.operation_type == "delete" and "update_data" in written:
        place = document.key_position((*location, "update_data"))
        document.error(place, "'update_data' has no meaning for a delete; remove it")
    if "on_limit" in written and "max_records" not in written:
        place = document.key_position((*location, "on_limit"))
        document.error(place, "'on_limit' has no meaning without 'max_records'")
    if operation.iterate_by == "range" and "max_records" in written:
        problem = (
            "'iterate_by: range' cannot be used with 'max_records': a capped run stages its keys first to "
            "freeze "
            "which rows it may change; write 'iterate_by: keys' or leave it out"
        )
        document.error(document.position((*location, "iterate_by")), problem)


def _check_parameter_names(document: Document, operation: Operation, location: Location) -> None:
    for name in operation.parameters or {}:
        problem = parameter_name_problem(name)
        if problem:
            place = document.key_position((*location, "parameters", name))
            document.error(place, f"the parameter's name {quoted(name)} {problem}")


def _check_support(document: Document, operation: Operation, location: Location) -> None:
    for key in operation.model_fields_set:
        problem = support_problem(key, getattr(operation, key))
        if problem:
            # A wrong value is at the value, a key that is not supported at all is at the key.
            place = (*location, key)
            on_value = key in SUPPORTED_KEYS
            document.error(document.position(place) if on_value else document.key_position(place), problem)
    for name, parameter in (operation.parameters or {}).items():
        _check_parameter_support(document, parameter, (*location, "parameters", name))


def _check_parameter_support(document: Document, parameter: Parameter, location: Location) -> None:
    for key in parameter.model_fields_set:
        problem = support_problem(key, getattr(parameter, key), in_parameter=True)
        if problem:
            document.error(document.key_position((*location, key)), problem)
