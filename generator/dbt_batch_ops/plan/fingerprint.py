"""The hash by which a resumed run knows that its operation is still the same."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from dbt_batch_ops.plan.model import OperationPlan, Parameter, SqlPart
from dbt_batch_ops.sql.fragments import Fragment, ListTerm, ParameterValue, RunStartedAt, Text

HASH_LENGTH = 16
"""Hexadecimal digits of a hash."""


def fingerprint(plan: OperationPlan) -> str:
    """Return the hash of everything that decides what happens to data.

    The table, the key, the statements, the parameters and ``max_records`` are in. Comments of the spec, its
    path and descriptions are left out, and so are ``batch_size``, ``timeout`` and ``iterate_by``: they say
    how the work is done, and whoever runs into a timeout must be able to change them and resume.

    Args:
        plan: The operation.

    Returns:
        The first 16 hexadecimal digits of a SHA-256.
    """
    content: dict[str, Any] = {
        "operation": plan.name,
        "operation_type": plan.operation_type,
        "target": [plan.target.kind, *plan.target.names],
        "key": plan.key,
        "set": [[assignment.column, _part(assignment.value)] for assignment in plan.assignments],
        "where": _part(plan.condition) if plan.condition else None,
        "lists": plan.lists,
        "parameters": [_parameter(parameter) for parameter in plan.parameters],
        "max_records": plan.max_records,
        "on_limit": plan.on_limit,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:HASH_LENGTH]


def _part(part: SqlPart) -> list[Any]:
    return [part.is_expression, [_fragment(fragment) for fragment in part.fragments]]


def _fragment(fragment: Fragment) -> list[Any]:
    if isinstance(fragment, Text):
        return ["text", fragment.sql]
    if isinstance(fragment, ParameterValue):
        return ["parameter", fragment.name, fragment.as_rows]
    if isinstance(fragment, ListTerm):
        return ["list", fragment.name, fragment.column]
    assert isinstance(fragment, RunStartedAt)
    return ["run_started_at"]


def _parameter(parameter: Parameter) -> list[Any]:
    default = [parameter.default] if parameter.has_default else []
    return [parameter.name, parameter.type, parameter.column, default]
