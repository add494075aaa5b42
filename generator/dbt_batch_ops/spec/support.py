"""Which keys of the language this version acts on.

The whole language is read and checked, so that a spec can be written once. A key whose behaviour comes in a
later version is an error and never ignored: a limit or a confirmation that silently does nothing is worse
than none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUPPORTED_OPERATION_TYPES = ("update", "delete")
"""Values of ``operation_type`` that this version generates."""

SUPPORTED_KEYS = frozenset(
    {
        "name",
        "operation",
        "description",
        "target_entity",
        "operation_type",
        "update_data",
        "where_condition",
        "parameters",
        "batch_size",
        "parallel",
        "iterate_by",
        "timeout",
        "max_records",
        "on_limit",
        "on_duplicate_run",
        "progress_tracking",
    }
)
"""Keys of an operation that this version acts on."""

SUPPORTED_PARAMETER_KEYS = frozenset({"type", "default", "description"})
"""Keys of a parameter that this version acts on."""

SUPPORTED_INSTEAD: Mapping[str, str] = {
    "insert_data": "update_data for updates",
    "upsert_data": "update_data for updates",
    "conflict_target": "operation types update and delete",
    "select_fields": "operation types update and delete",
    "function": "operation types update and delete",
    "input": "operation types update and delete",
    "idempotent": "operation types update and delete",
    "steps": "one operation_type per operation: update or delete",
    "data_source": "rows chosen by where_condition",
    "csv_delimiter": "rows chosen by where_condition",
    "csv_has_header": "rows chosen by where_condition",
    "field_mapping": "rows chosen by where_condition",
    "validation_rules": "where_condition, to leave rows out",
    "skip_invalid_rows": "where_condition, to leave rows out",
    "preconditions": "max_records, to refuse a run that would change too much",
    "max_workers": "parallel: false",
    "worker_batch_size": "batch_size",
    "requires_confirmation": "dry_run: true when the macro is called, and max_records",
    "error_handling": "a run stops at the first error, and can be resumed",
    "max_errors": "a run stops at the first error, and can be resumed",
    "max_errors_per_worker": "a run stops at the first error, and can be resumed",
    "max_retries": "a run stops at the first error, and can be resumed",
    "progress_notification_interval": "a progress line about every second",
    "heartbeat_interval": "parallel: false, which needs no heartbeat",
    "logging_level": "every batch is recorded in the ledger",
    "log_table": "every batch is recorded in the ledger",
    "collect_metrics": "every batch is recorded in the ledger",
    "metrics_table": "every batch is recorded in the ledger",
    "redact": "parameters without personal data",
    "notify_on_completion": "the exit code of dbt run-operation",
    "notification_channels": "the exit code of dbt run-operation",
    "notification_message": "the exit code of dbt run-operation",
    "from_query": "array parameters given as lists",
}
"""For every key that this version does not act on: what it offers in its place."""

_SUPPORTED_VALUES: Mapping[str, tuple[Any, str]] = {
    "parallel": (False, "parallel: false"),
    "progress_tracking": (True, "progress_tracking: true"),
}
"""Keys of which only one value is supported."""


def support_problem(key: str, value: Any, *, in_parameter: bool = False) -> str | None:
    """Return why this version cannot act on a key, or ``None`` when it can.

    Args:
        key: A key of the language.
        value: Its value, of the right type.
        in_parameter: Whether the key stands in a parameter instead of an operation.
    """
    if key == "operation_type" and value not in SUPPORTED_OPERATION_TYPES:
        supported = ", ".join(SUPPORTED_OPERATION_TYPES)
        return f"`operation_type: {value}` is not supported yet (supported in this version: {supported})"
    if key in _SUPPORTED_VALUES and not in_parameter:
        supported_value, supported = _SUPPORTED_VALUES[key]
        if value is not supported_value:
            written = str(value).lower()
            return f"`{key}: {written}` is not supported yet (supported in this version: {supported})"
        return None
    if key in (SUPPORTED_PARAMETER_KEYS if in_parameter else SUPPORTED_KEYS):
        return None
    return f"`{key}` is not supported yet (supported in this version: {SUPPORTED_INSTEAD[key]})"
