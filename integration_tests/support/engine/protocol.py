"""How a client speaks to the engine: the calls that the package's macros make, in one place.

Everything here takes a cursor of a connection in autocommit mode. The tests' own worker processes import this
module, so it needs nothing but psycopg2.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from psycopg2.extras import Json

_JOIN_AS_BEFORE = """
select batch_ops.join_run(
    operation_id,
    to_jsonb(runs.*) || jsonb_build_object('timeout_seconds', extract(epoch from timeout)) || %s,
    %s
)
from batch_ops.runs where operation_id = %s
"""


def value(cursor: Any, sql: str, parameters: Any = None) -> Any:
    """Run a statement and return its only value."""
    cursor.execute(sql, parameters)
    ((only,),) = cursor.fetchall()
    return only


def ask_in_transaction(cursor: Any, call: str, parameters: Any) -> dict[str, Any]:
    """Return what a routine answers, in a transaction of its own that a refusal rolls back."""
    cursor.execute("begin isolation level read committed")
    try:
        answer = value(cursor, f"select batch_ops.{call}", parameters)
    except BaseException:
        cursor.execute("rollback")
        raise
    cursor.execute("rollback" if answer["status"] == "refused" else "commit")
    return answer


def open_run(cursor: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """Open a run; the answer is its summary, or ``refused`` with the reason."""
    return ask_in_transaction(cursor, "open_run(%s)", [Json(request)])


def join_run(
    cursor: Any,
    operation_id: str,
    description: Mapping[str, Any] | None = None,
    arguments: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Go on with a run.

    Args:
        cursor: Where.
        operation_id: The run.
        description: What the operation says of itself; without one, what it said when it opened the run.
        arguments: Its parameters, where they are given again.
        changes: Without a description: what the operation says otherwise.
    """
    given = Json(arguments or {})
    if description is None:
        return value(cursor, _JOIN_AS_BEFORE, [Json(changes or {}), given, operation_id])
    return value(cursor, "select batch_ops.join_run(%s, %s, %s)", [operation_id, Json(description), given])


def confirm_run(
    cursor: Any, operation_id: str, description: Mapping[str, Any], arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Start a planned run."""
    given = [operation_id, Json(description), Json(arguments)]
    return ask_in_transaction(cursor, "confirm_run(%s, %s, %s)", given)


def retry_failed(cursor: Any, operation_id: str) -> dict[str, Any]:
    """Make the failed rows and batches of a run work again."""
    return ask_in_transaction(cursor, "retry_failed(%s)", [operation_id])


def pause(cursor: Any, operation_id: str) -> dict[str, Any]:
    """Ask a run to pause."""
    return value(cursor, "select batch_ops.pause(%s)", [operation_id])


def resume(cursor: Any, operation_id: str) -> dict[str, Any]:
    """Take a pause back."""
    return value(cursor, "select batch_ops.resume(%s)", [operation_id])


def cancel(cursor: Any, operation_id: str) -> dict[str, Any]:
    """End a run for good."""
    return value(cursor, "select batch_ops.cancel(%s)", [operation_id])


def run_summary(cursor: Any, operation_id: str) -> dict[str, Any]:
    """Return what the engine says of a run."""
    return value(cursor, "select batch_ops.run_summary(%s)", [operation_id])


def work(cursor: Any, operation_id: str, seconds: float = 0.1, state: Any = None) -> dict[str, Any]:
    """Work for one time slice and return its state, which the next slice is given."""
    carried = None if state is None else Json(state)
    return value(
        cursor, "call batch_ops.work(%s, make_interval(secs => %s), %s)", [operation_id, seconds, carried]
    )


def work_in_transaction(
    cursor: Any, operation_id: str, seconds: float = 0.1, state: Any = None
) -> dict[str, Any]:
    """The same for a run that is one transaction, which the caller has begun."""
    carried = None if state is None else Json(state)
    return value(
        cursor,
        "select batch_ops.work_in_transaction(%s, make_interval(secs => %s), %s)",
        [operation_id, seconds, carried],
    )


def goes_on(state: Mapping[str, Any] | None) -> bool:
    """Whether a run needs another slice."""
    return state is None or (state["status"] == "running" and not state["interrupted"])


def limit_slice(cursor: Any, summary: Mapping[str, Any], remaining: float | None, seconds: float) -> None:
    """Limit the next slice by statement_timeout as the package does: the batch's limit, or what is left."""
    limits = [] if remaining is None else [max(remaining, 0) + 1]
    if summary["batch_timeout_seconds"] is not None:
        limits.append(summary["batch_timeout_seconds"] + seconds)
    if limits:
        cursor.execute("set statement_timeout = %s", [int(min(limits) * 1000)])


def work_off(cursor: Any, operation_id: str, seconds: float = 0.1) -> dict[str, Any]:
    """Call slices until the run needs no more of them; return what the last one said."""
    summary = run_summary(cursor, operation_id)
    if summary.get("error_handling") == "rollback_on_any_error":
        return _work_off_in_transaction(cursor, operation_id, seconds)
    remaining, state = summary["remaining_seconds"], None
    while goes_on(state):
        limit_slice(cursor, summary, remaining, seconds)
        state = work(cursor, operation_id, seconds, state)
        remaining = state["remaining_seconds"]
    cursor.execute("reset statement_timeout")
    return state


def _work_off_in_transaction(cursor: Any, operation_id: str, seconds: float) -> dict[str, Any]:
    cursor.execute("begin isolation level read committed")
    state = None
    while goes_on(state):
        state = work_in_transaction(cursor, operation_id, seconds, state)
    if state["status"] == "completed":
        cursor.execute("select batch_ops.set_status(%s, 'completed')", [operation_id])
        cursor.execute("commit")
        return state
    cursor.execute("rollback")
    cursor.execute("begin isolation level read committed")
    cursor.execute("select batch_ops.settle_rollback(%s, %s)", [operation_id, Json(state)])
    cursor.execute("commit")
    return state


def with_new_id(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request another operation_id; the names of what it stages have it too."""

    old, new = uuid.UUID(request["target"]["operation_id"]), uuid.uuid4()
    return json.loads(json.dumps(request).replace(str(old), str(new)).replace(old.hex, new.hex))
