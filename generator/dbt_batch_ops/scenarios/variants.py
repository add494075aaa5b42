"""An operation as scenarios run it: small batches, limits as a scenario asks for, and nobody is notified."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from dbt_batch_ops.plan.catalogue import SMALL_BATCH
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.spec.relation import Relation

_ROOMY = 1000
_SILENT: Mapping[str, Any] = {
    "notify_on_completion": False,
    "progress_notification_interval": None,
    "notification_channels": (),
    "notification_message": None,
}


def on_scratch_table(plan: OperationPlan, schema: str) -> OperationPlan:
    """Return an operation on the table of a scratch schema, whatever its own table is.

    Args:
        plan: The operation.
        schema: The scratch schema.
    """
    return dataclasses.replace(plan, target=Relation("table", (schema, plan.target.names[-1])))


def variant(plan: OperationPlan, settings: Mapping[str, Any]) -> OperationPlan:
    """Return an operation with a scenario's settings, under a name that says that it has some.

    Args:
        plan: The operation.
        settings: The settings of a scenario.
    """
    size = settings.get("batch_size") or min(plan.batch_size, SMALL_BATCH)
    known = {field.name for field in dataclasses.fields(plan)}
    changed: dict[str, Any] = {name: value for name, value in _SILENT.items() if name in known}
    changed["batch_size"] = size
    changed["steps"] = tuple(
        dataclasses.replace(step, batch_size=min(step.batch_size, size)) for step in plan.steps
    )
    if plan.max_records is not None:
        # The same way through the engine, and room for all rows.
        changed["max_records"] = _ROOMY
    changed |= {name: value for name, value in settings.items() if name != "batch_size"}
    changed["name"] = variant_name(plan, settings)
    return dataclasses.replace(plan, **changed)


def variant_name(plan: OperationPlan, settings: Mapping[str, Any]) -> str:
    """Return the name of the macro of an operation with some settings."""
    if not settings:
        return plan.name
    words = json.dumps(dict(settings), sort_keys=True)
    plain = "".join(character if character.isalnum() else "_" for character in words).strip("_")
    while "__" in plain:
        plain = plain.replace("__", "_")
    return f"{plan.name}__with_{plain}"
