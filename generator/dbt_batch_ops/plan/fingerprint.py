"""The hash by which a resumed run knows that its operation is still the same."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from dbt_batch_ops.plan.model import Check, OperationPlan, Parameter, SqlPart, StepPlan
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.sql.fragments import (
    FieldValue,
    Fragment,
    InputValue,
    ListTerm,
    ParameterValue,
    RunStartedAt,
    Text,
)

HASH_LENGTH = 16
"""Hexadecimal digits of a hash."""


def fingerprint(plan: OperationPlan) -> str:
    """Return the hash of everything that decides what happens to data.

    The table, the key, the steps with their sources and statements, the preconditions, the parameters and the
    limits are in. Comments of the spec, its path and descriptions are left out, and so are ``batch_size``,
    ``timeout``, ``iterate_by``, ``error_handling``, ``max_errors``, ``max_retries``, ``idempotent``,
    ``redact``, all about workers and all about watching: they say how the work is done and recorded, and
    whoever runs into a timeout or into too many errors must be able to change them and resume.

    Args:
        plan: The operation.

    Returns:
        The first 16 hexadecimal digits of a SHA-256.
    """
    content: dict[str, Any] = {
        "operation": plan.name,
        "target": [plan.target.kind, *plan.target.names],
        "key": plan.key,
        "steps": [_step(step) for step in plan.steps],
        "preconditions": [_check(check) for check in plan.preconditions],
        "parameters": [_parameter(parameter) for parameter in plan.parameters],
        "max_records": plan.max_records,
        "on_limit": plan.on_limit,
        "requires_confirmation": plan.requires_confirmation,
        "skip_invalid_rows": plan.skip_invalid_rows,
    }
    if plan.engine != POSTGRES:
        content["engine"] = plan.engine
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:HASH_LENGTH]


def _step(step: StepPlan) -> dict[str, Any]:
    return {
        "name": step.name,
        "operation_type": step.operation_type,
        "source": dataclasses.asdict(step.source),
        "set": [[assignment.column, _part(assignment.value)] for assignment in step.assignments],
        "where": _part(step.condition) if step.condition else None,
        "rules": [_check(rule) for rule in step.rules],
        "fields": [dataclasses.astuple(field) for field in step.fields],
        "lists": step.lists,
        "outputs": [dataclasses.astuple(output) for output in step.outputs],
        "select": step.select_columns,
        "conflict": [step.conflict_target, step.conflict_updates],
        "function": step.function,
        "arguments": [[argument.name, _part(argument.value)] for argument in step.arguments],
    }


def _check(check: Check) -> list[Any]:
    return [check.over_target, _part(check.condition)]


def _part(part: SqlPart) -> list[Any]:
    return [part.is_expression, [_fragment(fragment) for fragment in part.fragments]]


def _fragment(fragment: Fragment) -> list[Any]:
    if isinstance(fragment, Text):
        return ["text", fragment.sql]
    if isinstance(fragment, ParameterValue):
        return ["parameter", fragment.name, fragment.as_rows]
    if isinstance(fragment, ListTerm):
        return ["list", fragment.name, fragment.column]
    if isinstance(fragment, FieldValue):
        return ["field", fragment.name]
    if isinstance(fragment, InputValue):
        return ["input"]
    assert isinstance(fragment, RunStartedAt)
    return ["run_started_at"]


def _parameter(parameter: Parameter) -> list[Any]:
    default = [parameter.default] if parameter.has_default else []
    return [parameter.name, parameter.type, parameter.column, default, parameter.from_query, parameter.holds]
