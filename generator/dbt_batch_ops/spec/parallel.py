"""Several workers on one run: how many an operation may have, and keys that then mean nothing."""

from __future__ import annotations

from collections.abc import Set

from dbt_batch_ops.spec.combinations import counts_errors
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import Operation

DEFAULT_MAX_WORKERS = 4
"""Workers of an operation with ``parallel: true`` that does not say how many."""


def worker_limit(operation: Operation) -> int:
    """Return how many workers may share a run of an operation.

    Args:
        operation: The operation.
    """
    if operation.parallel is not True or _lone_worker(operation):
        return 1
    return operation.max_workers or DEFAULT_MAX_WORKERS


def limits_each_worker(operation: Operation) -> bool:
    """Return whether ``max_errors_per_worker`` limits one of several workers; else it limits the run.

    Args:
        operation: The operation.
    """
    goes_on = operation.error_handling in ("continue_on_error", "collect_errors")
    return goes_on and worker_limit(operation) > 1


def check_parallel(document: Document, operation: Operation, written: Set[str], location: Location) -> None:
    """Record what an operation says about workers without an effect.

    Args:
        document: The file.
        operation: The operation, without the keys that are wrong by themselves.
        written: The keys that it has, right or wrong.
        location: Where it stands.
    """
    place = document.key_position((*location, "parallel"))
    is_broken = operation.parallel is None and "parallel" in written
    if operation.parallel is True:
        reason = _lone_worker(operation)
        if reason is not None:
            document.warning(place, f"`parallel: true`: {reason}, so one worker works on it; leave it out")
        elif operation.max_workers == 1:
            problem = "`max_workers: 1`: one worker is not parallel; allow more, or leave 'parallel' out"
            document.warning(document.key_position((*location, "max_workers")), problem)
    elif not is_broken:
        for key in ("max_workers", "worker_batch_size"):
            value = getattr(operation, key)
            if value is not None and (key, value) != ("max_workers", 1):
                problem = (
                    f"`{key}: {value}` has no effect without 'parallel: true'; add it, or leave this out"
                )
                document.warning(document.key_position((*location, key)), problem)
    broken = {key for key in ("error_handling", "skip_invalid_rows") if getattr(operation, key) is None}
    if operation.max_errors_per_worker is not None and not counts_errors(operation) and not broken & written:
        problem = (
            "`max_errors_per_worker` counts failed rows, and there is nothing that it limits: a run ends "
            "with the first; write 'error_handling: continue_on_error', or leave it out"
        )
        document.warning(document.key_position((*location, "max_errors_per_worker")), problem)


def _lone_worker(operation: Operation) -> str | None:
    if operation.error_handling == "rollback_on_any_error":
        return (
            "with 'error_handling: rollback_on_any_error' a run is one transaction, and that is one session"
        )
    if operation.operation_type == "select":
        return "an export is written by one client, in key order"
    return None
