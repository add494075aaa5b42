"""Single slices of a run, and what its statements cost."""

import json
from dataclasses import dataclass
from typing import Any

from support.database.database import Database
from support.engine import protocol

_EXPLAIN = """
create or replace function pg_temp.explained(
    statement text, lo jsonb, hi jsonb, parameters jsonb, started_at timestamptz
) returns json language plpgsql as $$
declare
    plan json;
begin
    set local jit = off;
    set local enable_seqscan = off;
    execute 'explain (analyze, buffers, format json) ' || statement
    into plan using lo, hi, parameters, started_at;
    return plan;
end $$;
"""

# What a session knows of its batches that has worked for a while.
_FIRST_STATE = {"step": {"number": 1}, "track": {"claim_count": 16}}


def work(session: Any, operation_id: str, seconds: float = 0, state: Any = None) -> dict[str, Any]:
    """Call one slice; with no seconds it is one claim, at first of sixteen batches."""
    with session.cursor() as cursor:
        return protocol.work(cursor, operation_id, seconds, state or _FIRST_STATE)


@dataclass(frozen=True)
class Cost:
    """What a statement did, whatever the time it took.

    Attributes:
        buffers: Pages that it looked at.
        rows: Rows that the largest node of its plan returned or threw away, over all loops.
        nodes: The kinds of nodes of its plan.
    """

    buffers: int
    rows: int
    nodes: frozenset[str]


class Statements:
    """The statements that a run has stored, with its parameters, to be explained one by one."""

    def __init__(self, database: Database, operation_id: str) -> None:
        self._database = database
        self._operation_id = operation_id
        self.stored, self._parameters, self._started_at, self.upper_bound = database.row(
            """
            select statements, parameters, runs.started_at, upper_bound
            from batch_ops.runs inner join batch_ops.steps using (operation_id)
            where operation_id = %s
            """,
            [operation_id],
        )

    def apply(self, lo: list[Any] | None, hi: list[Any]) -> Cost:
        """Explain the statement that changes the rows of a range; what it changes is rolled back."""
        (shape,) = self._database.row("select batch_ops.range_shape(%s, %s)", [_json(lo), _json(hi)])
        return self._explained(self.stored["apply"][shape], lo, hi)

    def boundaries(self, lo: list[Any] | None, stride: int, count: int = 1) -> Cost:
        """Explain the search for the ends of the next ranges behind a key, as the engine does it."""
        return self._explained(self._search(stride, count), lo, self.upper_bound)

    def next_end(self, lo: list[Any] | None, stride: int) -> list[Any]:
        """Return the end of the next range behind a key."""
        search = self._search(stride, 1).replace("$1", "%s::jsonb")
        return self._database.value(search, [_json(lo)])[0]

    def _search(self, stride: int, count: int) -> str:
        return f"""
            with slice as materialized (select batch_ops.start_slice('{self._operation_id}') as slice)
            select batch_ops.next_boundaries(slice, $1, {stride}, {count}) from slice
        """

    def _explained(self, statement: str, lo: list[Any] | None, hi: list[Any]) -> Cost:
        explain = "select pg_temp.explained(%s, %s, %s, %s, %s)"
        bound = [statement, _json(lo), _json(hi), _json(self._parameters), self._started_at]
        with self._database.session(autocommit=False) as session, session.cursor() as cursor:
            cursor.execute(_EXPLAIN)
            session.commit()
            # Twice, because the first time a session reads a thousand pages of the system's catalogue.
            for _ in range(2):
                cursor.execute(explain, bound)
                ((plan,),) = cursor.fetchone()
                session.rollback()
        nodes = list(_nodes(plan["Plan"]))
        return Cost(
            buffers=plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"],
            rows=max(_rows(node) for node in nodes),
            nodes=frozenset(node["Node Type"] for node in nodes),
        )


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _nodes(plan: dict[str, Any]) -> Any:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)


def _rows(node: dict[str, Any]) -> int:
    removed = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])
