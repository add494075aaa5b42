"""The arguments of an operation's macro."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from dbt_batch_ops.plan.dialect import Dialect
from dbt_batch_ops.plan.model import Parameter
from dbt_batch_ops.plan.sources import CsvSource, RecordsSource, Source
from dbt_batch_ops.spec.diagnostics import Position, quoted
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.names import parameter_name_problem
from dbt_batch_ops.spec.read import OperationSpec
from dbt_batch_ops.sql.literals import LiteralError, check_literal
from dbt_batch_ops.sql.parameters import (
    ParameterError,
    PlacedUse,
    TypedParameter,
    names_in_order,
    resolve_parameter,
)
from dbt_batch_ops.sql.types import JSONB, TEXT, PgType, parse_type

_HELD = {"records": ("records", JSONB), "csv": ("a CSV file", TEXT)}
"""What a parameter that a step reads holds, and its type."""


def plan_parameters(
    document: Document,
    operation: OperationSpec,
    uses: list[PlacedUse],
    sources: Iterable[Source],
    *,
    all_read: bool,
    dialect: Dialect,
) -> tuple[tuple[Parameter, ...], dict[str, PgType]]:
    """Return the parameters of an operation in the order of the macro's arguments, and their types.

    Args:
        document: The file; mistakes are added to its diagnostics.
        operation: The operation.
        uses: Every use of a parameter in it, in the order of the file.
        sources: The sources of its steps: a parameter can hold records or name a CSV file.
        all_read: Whether all of its SQL could be read; otherwise a parameter without a use may have one.
        dialect: The engine that the types are for.
    """
    declared = operation.model.parameters or {}
    written = document.data["patterns"][operation.location[1]].get("parameters")
    broken = set(written) - set(declared) if isinstance(written, dict) else set()
    holds: dict[str, Literal["records", "csv"]] = {
        source.parameter: source.kind for source in sources if isinstance(source, (RecordsSource, CsvSource))
    }
    parameters: list[Parameter] = []
    types: dict[str, PgType] = {}
    for name in names_in_order(declared, uses):
        location = (*operation.location, "parameters", name)
        if name in broken:
            continue
        own_uses = [place for place in uses if place.use.name == name]
        if not own_uses and not all_read:
            continue
        if name not in declared and not _check_name(document, name, own_uses):
            continue
        resolved = _resolve(document, operation, name, own_uses, location, holds.get(name))
        if resolved is None:
            continue
        types[name] = resolved.type
        parameter = _parameter(document, operation, resolved, location, holds.get(name, "value"))
        place = own_uses[0] if own_uses and name not in declared else None
        position = Position(place.line, place.column) if place else document.position((*location, "type"))
        parameters.append(
            replace(parameter, type=dialect.type_name(resolved.type, f"parameter {quoted(name)}", position))
        )
    return tuple(parameters), types


def _check_name(document: Document, name: str, uses: list[PlacedUse]) -> bool:
    """Record an undeclared parameter whose name cannot be an argument."""
    problem = parameter_name_problem(name)
    if problem is not None:
        document.error(
            Position(uses[0].line, uses[0].column), f"the parameter's name {quoted(name)} {problem}"
        )
    return problem is None


def _resolve(
    document: Document,
    operation: OperationSpec,
    name: str,
    uses: list[PlacedUse],
    location: Location,
    holds: Literal["records", "csv"] | None,
) -> TypedParameter | None:
    model = (operation.model.parameters or {}).get(name)
    declared: PgType | None = None
    if model is not None and model.type is not None:
        try:
            declared = parse_type(model.type)
        except ValueError as error:
            place = (*location, "type") if document.has((*location, "type")) else location
            document.error(document.position(place), f"parameter {quoted(name)}: {error}")
            return None
    if holds is not None and declared is not None and declared != _HELD[holds][1]:
        what, wanted = _HELD[holds]
        problem = f"{quoted(name)} holds {what}, so that its type is {wanted}, not {declared}; leave it out"
        document.error(document.position((*location, "type")), problem)
        return None
    try:
        return resolve_parameter(name, uses, declared)
    except ParameterError as error:
        place_of_use = error.place
        position = (
            Position(place_of_use.line, place_of_use.column)
            if place_of_use
            else document.key_position(location)
        )
        document.error(position, error.message)
        return None


def _parameter(
    document: Document,
    operation: OperationSpec,
    resolved: TypedParameter,
    location: Location,
    holds: Literal["value", "records", "csv"],
) -> Parameter:
    model = (operation.model.parameters or {}).get(resolved.name)
    has_default = model is not None and "default" in model.model_fields_set
    default = model.default if model is not None else None
    try:
        check_literal(default, resolved.type)
    except LiteralError as error:
        place = document.position((*location, "default"))
        document.error(place, f"the default of {quoted(resolved.name)} {error}")
    from_query = model is not None and model.from_query is True
    if from_query and not resolved.type.is_array and holds != "records":
        type_ = f"but {quoted(resolved.name)} is {resolved.type}"
        problem = f"'from_query' is for arrays and for a 'data_source', {type_}"
        document.error(document.key_position((*location, "from_query")), problem)
    return Parameter(
        name=resolved.name,
        type=str(resolved.type),
        column=resolved.column,
        has_default=has_default,
        default=default,
        description=model.description if model is not None else None,
        from_query=from_query,
        holds=holds,
    )
