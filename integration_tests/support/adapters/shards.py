"""A table on several servers: partitions behind postgres_fdw, and the proof that each row was changed once.

``account`` is partitioned by hash over servers of their own; every operation on it adds one credit.
"""

from collections.abc import Sequence

from dbt_batch_ops.database import Server
from support.database.database import Database
from support.engine.account_runs import NOT_TILED, Run

ACCOUNTS = 12_000
TEMPLATE = "template_of_a_shard"

_SERVER = """
create server {name} foreign data wrapper postgres_fdw
options (host '127.0.0.1', port '{port}', dbname '{dbname}');
create user mapping for current_user server {name} options (user '{user}', password '{password}');
"""
_PARTITION = """
create foreign table "{table}_{number}" partition of "{table}"
for values with (modulus {count}, remainder {number}) server shard_{number};
"""
_COLUMNS = """
select string_agg(
    format('%%I %%s', attname, format_type(atttypid, atttypmod))
    || case when attnotnull then ' not null' else '' end,
    ', ' order by attnum
)
from pg_attribute
where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""
_KEY = """
select string_agg(quote_ident(attributes.attname), ', ' order by keys.position)
from pg_index as indexes
cross join lateral unnest(indexes.indkey) with ordinality as keys (attnum, position)
inner join pg_attribute as attributes
    on indexes.indrelid = attributes.attrelid and keys.attnum = attributes.attnum
where indexes.indrelid = %s::regclass and indexes.indisprimary
"""
_LEDGER = """
select steps.shard, batches.step_number, batches.batch_number, batches.records
from batch_ops.batches
inner join batch_ops.steps using (operation_id, step_number)
where batches.operation_id = %s and steps.shard is not null and batches.records > 0
order by 1, 2, 3
"""
_IN_HAND = """
select step_number, batch_number
from batch_ops.batches where operation_id = %s and status in ('claimed', 'released')
"""
_MARKERS = """
select shard, step_number, batch_number, records
from batch_ops.applied where operation_id = %s order by 1, 2, 3
"""


class Shards:
    """The servers behind a partitioned table; ``databases`` has the part of each."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.servers = servers
        self.databases = [Database(server.connection) for server in servers]

    def create(self, coordinator: Database) -> None:
        """Make the table on all of them, with ids from 1 without gaps."""
        self.connect(coordinator)
        coordinator.execute(
            "create table account (id bigint primary key, credits integer not null, closed boolean not null)"
        )
        coordinator.execute(
            "insert into account select n, 0, mod(n, 3) = 0 from generate_series(1, %s) as n", [ACCOUNTS]
        )
        self.spread(coordinator, "account")
        for database in self.databases:
            database.execute("analyze")

    def connect(self, coordinator: Database) -> None:
        """Make a new database on each of them, known to the coordinator."""
        coordinator.execute("create extension postgres_fdw; create extension dblink")
        for number, database in enumerate(self.databases):
            database.recreate()
            connection = database.connection
            coordinator.execute(
                _SERVER.format(
                    name=f"shard_{number}",
                    port=connection.port,
                    dbname=connection.dbname,
                    user=connection.user,
                    password=connection.password,
                )
            )

    def spread(self, coordinator: Database, table: str) -> None:
        """Partition a table by its primary key, with all its rows, over the servers."""
        columns = coordinator.value(_COLUMNS, [f'"{table}"'])
        key = coordinator.value(_KEY, [f'"{table}"'])
        coordinator.execute(
            f'alter table "{table}" rename to whole; '
            f'create table "{table}" ({columns}) partition by hash ({key})'
        )
        for number, database in enumerate(self.databases):
            database.execute(f'create table "{table}_{number}" ({columns}, primary key ({key}))')
            coordinator.execute(_PARTITION.format(table=table, number=number, count=len(self.databases)))
        coordinator.execute(f'insert into "{table}" select * from whole; drop table whole cascade')

    def save_as_template(self) -> None:
        for database in self.databases:
            database.save_as_template(TEMPLATE)

    def recreate(self) -> None:
        for database in self.databases:
            database.recreate(TEMPLATE)

    def credits(self) -> list[tuple[int, int]]:
        """How many rows have how many credits, on all servers."""
        counted: dict[int, int] = {}
        for number, database in enumerate(self.databases):
            for value, rows in database.rows(f"select credits, count(*) from account_{number} group by 1"):
                counted[value] = counted.get(value, 0) + rows
        return sorted(counted.items())

    def markers(self, run: Run) -> list[tuple[str, int, int, int]]:
        """What the shards have of a run: server, step, batch and rows of each."""
        return sorted(row for database in self.databases for row in database.rows(_MARKERS, [run.id]))

    def assert_true(self, run: Run) -> None:
        """Ranges tile on each shard, and ledger, markers and rows say the same."""
        database = run.database
        assert database.rows(NOT_TILED, {"run": run.id}) == []
        recorded = database.rows(_LEDGER, [run.id])
        assert self.markers(run) == recorded
        assert all(value in (0, 1) for value, _ in self.credits())
        assert dict(self.credits()).get(1, 0) == sum(records for *_, records in recorded)

    def assert_never_behind(self, run: Run) -> None:
        """A shard may know more than the ledger, of batches that whoever died had in hand; never less."""
        markers, recorded = set(self.markers(run)), set(run.database.rows(_LEDGER, [run.id]))
        assert recorded <= markers
        assert {batch[1:3] for batch in markers - recorded} <= set(run.database.rows(_IN_HAND, [run.id]))

    def assert_exactly_once(self, run: Run) -> None:
        """The run is completed, and every row of every shard has one credit."""
        assert (run.status, run.is_closed) == ("completed", True)
        assert self.credits() == [(1, ACCOUNTS)]
        self.assert_true(run)
