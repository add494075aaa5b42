"""Every key of the language is acted on, or says what happens instead: none is silently ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from dbt_batch_ops.spec.diagnostics import Severity
from dbt_batch_ops.spec.model import Operation, Parameter, SpecModel, Step
from dbt_batch_ops.spec.support import LATER, later, later_message, later_sentence

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


@pytest.mark.parametrize("key", sorted(set(Operation.model_fields) - set(LATER)))
def test_a_key_is_accepted(key: str, diagnose: Callable[[str], list[str]]) -> None:
    assert diagnose(spec(with_example(key))) == []


@pytest.mark.parametrize("key", sorted(set(LATER) - {"progress_tracking"}))
def test_a_key_whose_behaviour_comes_later_says_what_happens_instead(
    key: str, diagnose: Callable[[str], list[str]]
) -> None:
    operation = with_example(key)
    (message,) = diagnose(spec(operation))
    line = next(n for n, text in enumerate(spec(operation).splitlines(), 1) if text.strip().startswith(key))
    assert message.startswith(f"spec.yml:{line}:3: ")
    assert LATER[key].instead in message
    assert ("warning: " in message) == (LATER[key].severity is Severity.WARNING)


def test_what_would_break_a_promise_is_an_error_and_not_a_warning(
    diagnose: Callable[[str], list[str]],
) -> None:
    (message,) = diagnose(spec({**with_example("operation"), "progress_tracking": False}))
    assert "warning: " not in message
    assert "is not supported yet: " in message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("collect_metrics", False),
        ("notify_on_completion", False),
        ("logging_level", "standard"),
        ("progress_tracking", True),
    ],
)
def test_a_value_that_asks_for_what_happens_anyway_needs_no_word(key: str, value: Any) -> None:
    assert later(key, value) is None


@pytest.mark.parametrize("key", sorted(LATER))
def test_what_is_said_of_a_key_is_one_sentence(key: str) -> None:
    assert later_sentence(key).endswith(".")
    assert later_message(key, [], LATER[key]).startswith(f"`{key}`")


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
