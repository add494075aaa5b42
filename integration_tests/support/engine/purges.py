"""Closed runs of any age in the ledger, purges of them, and what is left."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg2

from support.database.database import Database

_ADD_RUN = """
with run as (
    insert into batch_ops.runs (
        operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
        package_version, claim_timeout, processed_records, batch_count, started_at, completed_at, closed_at
    )
    select
        gen_random_uuid(), %(operation)s, '"test"."public"."item"', %(status)s, '{}', 'hash', 'x.yml', '0',
        '0', '30 s', %(batches)s * 7, %(batches)s, closed_at, closed_at,
        case when %(closed)s then closed_at end
    from (select now() - %(age)s::interval as closed_at) as moments
    returning *
),
steps as (
    insert into batch_ops.steps (
        operation_id, step_number, name, operation_type, iterate_by, key_columns, statements, status, plan,
        batch_size, asynchronous_commit, total_records, total_is_exact, turn
    )
    select
        operation_id, 1, operation, 'update', 'range', '{id}', '{}', 'completed', '{}', 7, true,
        %(batches)s * 7, true, 1
    from run
),
workers as (
    insert into batch_ops.workers (operation_id, pid, backend_start, joined_at, heartbeat_at, ended_at)
    select operation_id, 1, started_at, started_at, started_at, started_at from run
),
errors as (
    insert into batch_ops.errors (operation_id, step_number, sqlstate, error_message, kind, resolved_at)
    select operation_id, 1, '23514', 'bad', %(kind)s, case when %(resolved)s then closed_at end
    from run cross join generate_series(1, %(errors)s)
),
controls as (
    insert into batch_ops.controls (operation_id, action) select operation_id, 'pause' from run
),
batches as (
    insert into batch_ops.batches (
        operation_id, step_number, batch_number, status, worker_id, range_hi, records
    )
    select operation_id, 1, n, 'completed', 1, jsonb_build_array(n * 7), 7
    from run cross join generate_series(1, %(batches)s) as n
)
select operation_id::text from run
"""
TABLES = ("runs", "steps", "workers", "errors", "controls", "batches")


def add_run(
    database: Database,
    operation: str = "touch_items",
    age: str = "100 days",
    *,
    batches: int = 3,
    errors: int = 0,
    kind: str = "row",
    resolved: bool = False,
    status: str = "completed",
    closed: bool = True,
) -> str:
    """Put a run into the ledger as the engine leaves one that ended so long ago; returns its id."""
    values = {name: value for name, value in locals().items() if name != "database"}
    return database.value(_ADD_RUN, values)


def stage(database: Database, operation_id: str, part: str = "keys") -> str:
    """Make a staged table of a run, as one that a hanging session has read when the run was closed."""
    table = f"staged_{operation_id.replace('-', '')}_{part}"
    database.execute(f"create table batch_ops.{table} as select 1 as ordinal")
    return table


def run_ids(database: Database) -> list[str]:
    """Return the ids of all runs, the oldest first."""
    return [
        id_ for (id_,) in database.rows("select operation_id::text from batch_ops.runs order by started_at")
    ]


def counts(database: Database) -> dict[str, int]:
    """Return how many rows each table of the ledger has, and how many staged tables there are."""
    rows = {table: database.value(f"select count(*) from batch_ops.{table}") for table in TABLES}
    staged = r"select count(*) from pg_class where relname like 'staged\_%' and relkind = 'r'"
    return rows | {"staged tables": database.value(staged)}


def is_empty(database: Database) -> bool:
    """Whether nothing of any run is left."""
    return set(counts(database).values()) == {0}


def purge(database: Database, older_than: str | None = None, keep: int | None = None) -> dict[str, Any]:
    """Purge to the end, in one call; returns what that said. Waiting and going in circles are failures."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("set statement_timeout = '60s'")
        cursor.execute("call batch_ops.purge(%s, %s)", [older_than, keep])
        (state,) = cursor.fetchone()
    assert state["done"], state
    return state


class Purge:
    """A purge in a session of its own, in one call; it ends with its session."""

    def __init__(self, database: Database, older_than: str | None = None, keep: int | None = None) -> None:
        self._connection = psycopg2.connect(database.connection.url)
        self._connection.autocommit = True
        self.pid: int = self._connection.info.backend_pid
        self._pool = ThreadPoolExecutor(1)
        self._said: Future[dict[str, Any]] = self._pool.submit(self._call, [older_than, keep])

    def _call(self, limits: list[Any]) -> dict[str, Any]:
        with self._connection.cursor() as cursor:
            cursor.execute("call batch_ops.purge(%s, %s)", limits)
            (state,) = cursor.fetchone()
        return state

    @property
    def is_running(self) -> bool:
        return not self._said.done()

    def wait(self) -> dict[str, Any] | None:
        """Return what it said, or none when its session was ended."""
        try:
            return self._said.result(60)
        except psycopg2.OperationalError:
            return None
        finally:
            self._pool.shutdown()
            self._connection.close()


def purged(states: list[dict[str, Any] | None], kind: str) -> int:
    """Return how many of a kind the purges say they have deleted, all together."""
    return sum(
        operation.get(kind, 0) for state in states if state for operation in state["operations"].values()
    )
