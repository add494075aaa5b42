"""Check one mapping of a spec against its model, keeping what is right of it."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import Operation, Parameter, SpecModel
from dbt_batch_ops.spec.values import found

Model = TypeVar("Model", bound=SpecModel)

_NONE_ALLOWED = frozenset({"default", "input"})
"""Keys for which ``null`` is a value and not a forgotten one."""


def validate_mapping(document: Document, model: type[Model], data: Any, location: Location) -> Model:
    """Check a mapping and record every mistake in the document.

    Args:
        document: The file, which knows the positions.
        model: What the mapping must be.
        data: The mapping, as read.
        location: Where in the document it stands.

    Returns:
        The model without the keys that are wrong, so that the rest can be checked further.
    """
    if not isinstance(data, dict):
        problem = f"must be a mapping of keys to values, not {found(data)}"
        document.error(document.position(location), problem)
        return model()
    remaining = copy.deepcopy(data)
    _refuse_empty_keys(document, model, remaining, location)
    try:
        return model.model_validate(remaining)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=True, include_context=True)
    for detail in details:
        _record(document, model, detail, location)
        _prune(remaining, detail["loc"])
    try:
        return model.model_validate(remaining)
    except ValidationError:
        # What is left after pruning can be wrong in a new way, as a list that has become empty.
        for detail in details:
            remaining.pop(str(detail["loc"][0]), None)
        return model.model_validate(remaining)


def _refuse_empty_keys(
    document: Document, model: type[BaseModel], data: dict[str, Any], location: Location
) -> None:
    for key in [key for key, value in data.items() if value is None and key not in _NONE_ALLOWED]:
        if key in model.model_fields and document.has((*location, key)):
            document.error(document.key_position((*location, key)), f"{quoted(key)} has no value")
            del data[key]


def _record(document: Document, model: type[BaseModel], detail: ErrorDetails, location: Location) -> None:
    place = (*location, *detail["loc"])
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        document.error(document.key_position(place), _unknown_key(key, _model_at(model, detail["loc"])))
        return
    if document.has_error_at(document.position(place)):
        return  # what YAML could not read is no value; its type says nothing more
    name = next((str(part) for part in reversed(detail["loc"]) if isinstance(part, str)), key)
    if detail["type"] == "spec":
        document.error(document.position(place), f"{quoted(name)} {detail['msg']}")
    elif detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        problem = f"{quoted(name)} must be a mapping of keys to values, not {found(detail['input'])}"
        document.error(document.position(place), problem)
    elif detail["type"] == "list_type":
        document.error(
            document.position(place), f"{quoted(name)} must be a list, not {found(detail['input'])}"
        )
    else:
        document.error(document.position(place), f"{quoted(name)} is not valid: {detail['msg']}")


def _model_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model of the mapping in which an unknown key stands."""
    if len(loc) > 1 and loc[0] == "parameters":
        return Parameter
    return model


def _unknown_key(key: str, model: type[BaseModel]) -> str:
    near = suggestion(key, model.model_fields)
    if near:
        return f"unknown key {quoted(key)}{near}"
    if model is Operation:
        return f"unknown key {quoted(key)}; `dbt-batch-ops schema` prints the keys of an operation"
    return f"unknown key {quoted(key)}; allowed here: {listed(model.model_fields)}"


def _prune(data: Any, loc: tuple[int | str, ...]) -> None:
    """Remove the value at a location; of a list, the whole list, because its other indexes would shift."""
    parent: Any = data
    for depth, part in enumerate(loc):
        last = depth == len(loc) - 1
        if not isinstance(parent, dict) or part not in parent:
            return
        if last or not isinstance(parent[part], dict):
            del parent[part]
            return
        parent = parent[part]
