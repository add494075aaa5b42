"""A table whose partitions are on servers of their own, against one UPDATE for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from integration_tests.support.database.database import Database

from benchmarks.measurement import Case, Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT
from benchmarks.workbench import SERVER_SETTINGS, Workbench
from dbt_batch_ops.database import Server

SERVERS = (1, 2, 3)
_ROUNDS = 3
_SPEC = """\
name: account
fields: {id: bigint, credits: integer}
patterns:
"""
_PATTERN = """
  - name: batch_operations
    operation: {operation}
    parallel: true
    max_workers: {workers}
    operation_type: update
    update_data: {{credits: {{sql: credits + 1}}}}
"""
_FOREIGN = """
create server shard_{number} foreign data wrapper postgres_fdw
options (host '127.0.0.1', port '{port}', dbname '{dbname}');
create user mapping for current_user server shard_{number} options (user '{user}', password '{password}');
create foreign table account_{number} partition of account
for values from ({first}) to ({end}) server shard_{number} options (table_name 'account');
"""


def specs() -> dict[str, str]:
    """Return the specs of the operations: file name to text."""
    patterns = [_PATTERN.format(operation=_operation(count), workers=count) for count in SERVERS]
    return {"account_on_shards.yml": _SPEC + "".join(patterns)}


def cases() -> tuple[Case, ...]:
    """Return the rows of the results."""
    return tuple(
        Case(
            f"update-{count}-shards",
            f"update {{rows}} rows on {count} server{'s' * (count > 1)} (postgres_fdw), batch 1000, "
            f"{count} worker{'s' * (count > 1)} / one UPDATE of each partition, one after the other",
            None,
            _against_statements(count),
            most_rounds=_ROUNDS,
        )
        for count in SERVERS
    )


def _operation(count: int) -> str:
    return f"update_on_{count}_shards"


def _against_statements(count: int) -> Callable[[Workbench], Pair]:
    def measure(workbench: Workbench) -> Pair:
        statements = "; ".join(
            f"update account_{number} set credits = credits + 1" for number in range(count)
        )
        with _laid_out(workbench, count):
            baseline = workbench.time(
                lambda session: _run(session, statements, workbench.rows), workbench.rows
            )
        with _laid_out(workbench, count) as shards:
            measured, _ = workbench.run_operation(_operation(count), workbench.rows)
            changed = sum(shard.value("select sum(credits) from account") for shard in shards)
        if changed != workbench.rows:
            raise MeasurementError(f"{changed:,} rows were changed on the servers, not {workbench.rows:,}")
        # The processor time that is known is that of one session, here.
        return Pair(Measurement(measured.value), baseline)

    return measure


def _run(session: Any, statements: str, rows: int) -> int:
    with session.cursor() as cursor:
        cursor.execute(f"begin; {statements}; commit")
    return rows


@contextmanager
def _laid_out(workbench: Workbench, count: int) -> Iterator[list[Database]]:
    """Make the servers, each with its part of the table, and the table here."""
    workbench.begin()
    coordinator = workbench.database
    coordinator.execute(
        f"create extension postgres_fdw; create table account ({ACCOUNT.columns}) partition by range (id)"
    )
    with ExitStack() as stack:
        shards = []
        for number in range(count):
            server = stack.enter_context(Server(settings=SERVER_SETTINGS))
            shard = Database(server.connection)
            shard.recreate()
            first = workbench.rows * number // count + 1
            end = workbench.rows * (number + 1) // count + 1
            _fill(shard, first, end)
            connection = replace(server.connection, dbname=shard.connection.dbname)
            coordinator.execute(
                _FOREIGN.format(
                    number=number,
                    first=first,
                    end=end,
                    port=connection.port,
                    dbname=connection.dbname,
                    user=connection.user,
                    password=connection.password,
                )
            )
            shards.append(shard)
        workbench.dbt.run_operation("dbt_batch_ops.install")
        for shard in shards:
            shard.execute("checkpoint")
        yield shards


def _fill(shard: Database, first: int, end: int) -> None:
    shard.execute(
        f"create table account ({ACCOUNT.columns}, primary key ({ACCOUNT.key})) "
        "with (autovacuum_enabled = off)"
    )
    shard.execute(
        f"insert into account select {ACCOUNT.row} from generate_series(%s::bigint, %s::bigint - 1) as n",
        [first, end],
    )
    shard.execute("vacuum (analyze) account")
