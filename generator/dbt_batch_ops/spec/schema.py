"""The JSON Schema of specs, for editors."""

from __future__ import annotations

from typing import Any

from dbt_batch_ops.spec.model import Entity, Operation, Parameter, SpecModel, Step

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a spec file.

    It has every key of the language, so that an editor completes them all.
    """
    operation, step, parameter = _schema(Operation), _schema(Step), _schema(Parameter)
    operation["properties"]["steps"]["items"] = {"$ref": "#/$defs/Step"}
    operation["properties"]["parameters"]["additionalProperties"] = {
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/Parameter"}]
    }
    operation["required"] = ["name", "operation"]
    step["required"] = ["name"]
    entity = _schema(Entity)
    entity["properties"]["patterns"]["items"] = {"$ref": "#/$defs/Operation"}
    entity["required"] = ["name", "fields", "patterns"]
    return {
        "$schema": DIALECT,
        "title": "dbt-batch-ops spec",
        **{key: value for key, value in entity.items() if key != "title"},
        "$defs": {"Operation": operation, "Step": step, "Parameter": parameter},
    }


def _schema(model: type[SpecModel]) -> dict[str, Any]:
    """Return a model's schema without titles and without ``null`` for keys that are left out."""
    schema = model.model_json_schema()
    kept = {key: value for key, value in schema.items() if key != "$defs"}
    kept["properties"] = {key: _without_null(property_) for key, property_ in schema["properties"].items()}
    return kept


def _without_null(property_: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in property_.items() if key not in ("title", "default")}
    options = [option for option in kept.get("anyOf", []) if option != {"type": "null"}]
    if len(options) == 1:
        del kept["anyOf"]
        kept = {**options[0], **kept}
    elif options:
        kept["anyOf"] = options
    return kept
