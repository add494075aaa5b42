"""Every key of the language: what it takes, and what it says of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from dbt_batch_ops.spec.model import Operation, Parameter, SpecModel, Step

UPDATE: dict[str, Any] = {"operation_type": "update", "update_data": {"status": "x"}}
RECORDS = {"data_source": ":rows", "insert_data": {"email": ":row.email"}}
CSV = {"data_source": "csv_file", "field_mapping": {"email": "email"}}
UPSERT = {"operation_type": "upsert", "upsert_data": {"email": "x"}, "conflict_target": "email"}
CALL = {"operation_type": "custom_function", "function": "f"}
EXAMPLES: dict[str, dict[str, Any]] = {
    "insert_data": RECORDS,
    "upsert_data": UPSERT,
    "conflict_target": UPSERT,
    "select_fields": {"operation_type": "select", "select_fields": ["id", "email"]},
    "function": CALL,
    "input": {**CALL, "input": {"month": "2024-01"}},
    "data_source": RECORDS,
    "csv_delimiter": {**CSV, "csv_delimiter": ";"},
    "csv_has_header": {**CSV, "csv_has_header": True},
    "field_mapping": CSV,
    "validation_rules": {**RECORDS, "validation_rules": ["email IS NOT NULL"]},
    "skip_invalid_rows": {**RECORDS, "skip_invalid_rows": True},
    "max_errors": {**RECORDS, "skip_invalid_rows": True, "max_errors": 10},
    "max_workers": {**UPDATE, "parallel": True, "max_workers": 4},
    "worker_batch_size": {**UPDATE, "parallel": True, "worker_batch_size": 250},
    "max_errors_per_worker": {**UPDATE, "error_handling": "collect_errors", "max_errors_per_worker": 5},
    "error_handling": {**UPDATE, "error_handling": "continue_on_error"},
    "steps": {"steps": [{"name": "a", **UPDATE}]},
    "on_limit": {**UPDATE, "on_limit": "stop", "max_records": 5},
    "where_condition": {**UPDATE, "where_condition": "id = ANY(:ids)"},
    "parameters": {**UPDATE, "where_condition": "credits > :least", "parameters": {"least": "integer"}},
    "idempotent": {**CALL, "idempotent": True},
    "metrics_table": {**UPDATE, "collect_metrics": True, "metrics_table": "batch_performance_metrics"},
    "notification_channels": {**UPDATE, "notify_on_completion": True, "notification_channels": ["email"]},
    "notification_message": {**UPDATE, "notify_on_completion": True, "notification_message": "{status}"},
}


def with_example(key: str) -> dict[str, Any]:
    """An operation that uses a key as the documentation shows it."""
    (value, *_) = Operation.model_fields[key].examples or [None]
    own = {"operation": "change_users", "target_entity": "user"}.get(key, value)
    return {"name": "batch_operations", "operation": "x", **EXAMPLES.get(key, {**UPDATE, key: own})}


def spec(operation: dict[str, Any]) -> str:
    fields = {
        "id": "uuid",
        "email": "text",
        "status": "text",
        "credits": "integer",
        "updated_at": "timestamptz",
    }
    return yaml.safe_dump({"name": "user", "fields": fields, "patterns": [operation]}, sort_keys=False)


@pytest.mark.parametrize("key", sorted(Operation.model_fields))
def test_a_key_is_accepted(key: str, diagnose: Callable[[str], list[str]]) -> None:
    assert diagnose(spec(with_example(key))) == []


@pytest.mark.parametrize(
    "key", [key for key in sorted(Operation.model_fields) if key not in ("input", "name", "steps")]
)
def test_every_key_is_checked_for_its_type(key: str, diagnose: Callable[[str], list[str]]) -> None:
    assert f"'{key}' must " in "\n".join(diagnose(spec({**with_example("operation"), key: [[]]}))), key


@pytest.mark.parametrize("model", [Operation, Step, Parameter])
def test_every_key_says_what_it_means_and_shows_a_value(model: type[SpecModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.examples, name
