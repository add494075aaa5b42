"""Starts of an operation without dbt: the request that dbt sends, sent again by sessions of the tests' own.

A dbt process takes a second or two to start, and no two of them arrive in the same instant.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from psycopg2.extras import Json

from support.commands.dbt import Dbt
from support.database.database import Database

_SPY = """
create table opened (request jsonb);
alter function batch_ops.open_run(jsonb) rename to really_open_run;
create function batch_ops.open_run(p_request jsonb) returns jsonb language plpgsql as $$
begin
    insert into opened values (p_request);
    return batch_ops.really_open_run(p_request);
end
$$;
"""
_NO_MORE_SPY = """
drop table opened;
drop function batch_ops.open_run(jsonb);
alter function batch_ops.really_open_run(jsonb) rename to open_run;
"""


def captured_request(
    dbt: Dbt, database: Database, operation: str, arguments: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Run an operation with dbt, and return the request by which it opened its run."""
    database.execute(_SPY)
    dbt.run_operation(operation, arguments)
    request = database.value("select request from opened")
    database.execute(_NO_MORE_SPY)
    return request


def start(session: Any, request: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Open a run as the macro `_ask_in_transaction` does, under an id of its own; return the answer.

    Args:
        session: A connection in autocommit mode.
        request: What dbt would send.
        changes: Parts of the request that are to be otherwise.
    """
    own = _with_new_id({**request, **changes})
    with session.cursor() as cursor:
        cursor.execute("begin isolation level read committed")
        cursor.execute("select batch_ops.open_run(%s)", [Json(own)])
        (answer,) = cursor.fetchone()
        cursor.execute("rollback" if answer["status"] == "refused" else "commit")
    return answer


def _with_new_id(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give a request another operation_id; the names of what it stages have it too."""
    old, new = UUID(request["target"]["operation_id"]), uuid4()
    return json.loads(json.dumps(request).replace(str(old), str(new)).replace(old.hex, new.hex))


def work_off(session: Any, operation_id: str, slice_seconds: float = 0.1) -> dict[str, Any]:
    """Call slices until the run needs no more of them, and return what the last one said."""
    state: dict[str, Any] = {"status": "running", "interrupted": False}
    carried = None
    with session.cursor() as cursor:
        while state["status"] == "running" and not state["interrupted"]:
            cursor.execute(
                "call batch_ops.work(%s, make_interval(secs => %s), %s)",
                [operation_id, slice_seconds, carried],
            )
            (state,) = cursor.fetchone()
            carried = Json(state)
    return state
