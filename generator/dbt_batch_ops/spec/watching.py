"""How a run is watched: logging, metrics and notifications, and keys about them that mean nothing alone."""

from __future__ import annotations

import re

from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import Operation

MESSAGE_FIELDS = (
    "operation",
    "operation_id",
    "description",
    "target",
    "status",
    "processed_records",
    "total_records",
    "failed_records",
    "error_count",
    "batch_count",
    "seconds",
    "records_per_second",
    "started_at",
    "completed_at",
    "stop_reason",
)
"""What ``notification_message`` may name in braces: the facts that every notification has."""

LOG_MODEL = "batch_operation_logs"
"""The package's model with every operation's batches."""

METRICS_MODEL = "batch_performance_metrics"
"""The package's model with every operation's metrics."""

PACKAGE_MODELS = ("batch_operations", LOG_MODEL, "batch_operation_errors", METRICS_MODEL)
"""The names of the package's models."""

_FIELD = re.compile(r"\{(\w+)\}")


def check_watching(document: Document, operation: Operation, location: Location) -> None:
    """Record what an operation says about logging, metrics and notifications that has no effect or cannot be.

    Args:
        document: The file.
        operation: The operation, without the keys that are wrong by themselves.
        location: Where it stands.
    """
    if operation.progress_tracking is False:
        problem = (
            "`progress_tracking: false`: progress is always recorded, because a run is resumed by it; "
            "leave it out"
        )
        document.error(document.key_position((*location, "progress_tracking")), problem)
    _check_tables(document, operation, location)
    _check_message(document, operation, location)
    _check_effect(document, operation, location)


def _check_tables(document: Document, operation: Operation, location: Location) -> None:
    for key, own in (("log_table", LOG_MODEL), ("metrics_table", METRICS_MODEL)):
        name = getattr(operation, key)
        if name is None:
            continue
        place = document.position((*location, key))
        if name in PACKAGE_MODELS and name != own:
            document.error(
                place,
                f"{quoted(name)} is another model of the package; name this one {quoted(own)}, or otherwise",
            )


def _check_message(document: Document, operation: Operation, location: Location) -> None:
    message = operation.notification_message
    if message is None:
        return
    for name in dict.fromkeys(_FIELD.findall(message)):
        if name not in MESSAGE_FIELDS:
            near = suggestion(name, MESSAGE_FIELDS) or f"; there are {listed(MESSAGE_FIELDS)}"
            problem = f"'notification_message' has the unknown field {quoted('{' + name + '}')}{near}"
            document.error(document.position((*location, "notification_message")), problem)


def _check_effect(document: Document, operation: Operation, location: Location) -> None:
    def warn(key: str, problem: str) -> None:
        document.warning(document.key_position((*location, key)), problem)

    tells_end = operation.notify_on_completion is True
    tells_progress = operation.progress_notification_interval is not None
    if operation.notification_message is not None and not tells_end:
        warn(
            "notification_message",
            "`notification_message` is sent when a run ends, and nothing says so; "
            "write 'notify_on_completion: true'",
        )
    if operation.notification_channels is not None and not (tells_end or tells_progress):
        warn(
            "notification_channels",
            "`notification_channels`: nothing is sent; write 'notify_on_completion: true' or a "
            "'progress_notification_interval'",
        )
    if operation.metrics_table is not None and operation.collect_metrics is not True:
        warn(
            "metrics_table",
            "`metrics_table`: no metrics of this operation are collected; write 'collect_metrics: true'",
        )
    if tells_progress and operation.error_handling == "rollback_on_any_error":
        warn(
            "progress_notification_interval",
            "`progress_notification_interval`: with 'error_handling: rollback_on_any_error' a run is one "
            "transaction, and nothing can be told of it before it ends; leave it out",
        )
