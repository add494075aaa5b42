"""What watches the scratch table: a record of every change, rows that are refused, and a gate.

Changes are recorded in the transaction that makes them, so that one that is made twice is seen even when
it leaves the row the same. Closed, the gate lets so many changes pass and holds up whoever makes the next.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from dbt_batch_ops.scenarios.database import Database, literal, quoted
from dbt_batch_ops.scenarios.table import Table

REFUSED_SQLSTATE = "P0001"
_TABLES = """
create table {schema}.changes (
    change_id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    change text not null,
    row_key jsonb not null
);
create table {schema}.calls (
    call_id bigint generated always as identity primary key,
    xid xid8 not null default pg_current_xact_id(),
    function text not null,
    input jsonb
);
create table {schema}.refused (content jsonb not null, silently boolean not null);
create table {schema}.gate (after bigint not null);
create table {schema}.answers (answer boolean not null);
insert into {schema}.answers values (true);
create function {schema}.pass_gate() returns void language plpgsql as $function$
begin
    if exists (
        select 1 from {schema}.gate
        where gate.after <= (select count(*) from {schema}.changes) + (select count(*) from {schema}.calls)
    ) then
        -- Shows who waits. To wait for a lock would be no good: the engine gives up on locks.
        perform pg_catalog.pg_advisory_xact_lock_shared({key});
        while exists (select 1 from {schema}.gate) loop
            perform pg_catalog.pg_sleep(0.02);
        end loop;
    end if;
end
$function$;
create function {schema}.watch_row() returns trigger language plpgsql as $function$
declare
    v_row jsonb := to_jsonb(case tg_op when 'INSERT' then new else old end);
    v_silently boolean;
begin
    if tg_when = 'AFTER' then
        insert into {schema}.changes (change, row_key)
        values (lower(tg_op), (select jsonb_object_agg(name, v_row -> name) from unnest(tg_argv) as name));
        return null;
    end if;
    perform {schema}.pass_gate();
    select refused.silently into v_silently from {schema}.refused where v_row @> refused.content limit 1;
    if v_silently then
        return null;
    elsif not v_silently then
        raise exception using errcode = '{sqlstate}', message = 'this row is refused by dbt-batch-ops test';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$function$;
"""
_TRIGGERS = """
create trigger a_watch_before before insert or update or delete on {table}
for each row execute function {schema}.watch_row({arguments});
create trigger z_watch_after after insert or update or delete on {table}
for each row execute function {schema}.watch_row({arguments});
"""
_HELD = """
select pid from pg_catalog.pg_locks
where
    locktype = 'advisory'
    and database = (select oid from pg_catalog.pg_database where datname = current_database())
    and classid = ({key}::bigint >> 32)::oid::integer::oid and objid = ({key}::bigint & 4294967295)::oid
"""
_LOOKS_PER_SECOND = 50


class Watch:
    """What watches one scratch table.

    Args:
        database: A session.
        table: The table.
        key: Names the lock by which those are seen who wait at the gate.
    """

    def __init__(self, database: Database, table: Table, key: int) -> None:
        self._database = database
        self._table = table
        self._key = key
        self._schema = quoted(table.schema)
        self._is_closed = False

    def install(self) -> None:
        """Make it all; the table is made already."""
        self._database.execute(_TABLES.format(schema=self._schema, key=self._key, sqlstate=REFUSED_SQLSTATE))

    def install_triggers(self) -> None:
        """Begin to watch."""
        arguments = ", ".join(map(literal, self._table.key))
        self._database.execute(
            _TRIGGERS.format(schema=self._schema, table=self._table.sql, arguments=arguments)
        )

    def close_gate(self, after: int) -> None:
        """Hold up whoever makes a change when so many are made."""
        self._database.execute(f"insert into {self._schema}.gate values ({after})")
        self._is_closed = True

    def open_gate(self) -> None:
        """Let everybody pass."""
        if self._is_closed:
            self._database.execute(f"delete from {self._schema}.gate")
            self._is_closed = False

    def wait_for_held(self, count: int, goes_on: Callable[[], bool]) -> list[int]:
        """Return the sessions that are held up, as soon as there are so many.

        Args:
            count: How many.
            goes_on: Whether to go on waiting.
        """
        while True:
            held = [pid for (pid,) in self._database.rows(_HELD.format(key=self._key))]
            if len(held) >= count or not goes_on():
                return held
            time.sleep(1 / _LOOKS_PER_SECOND)

    def end_session(self, pid: int) -> None:
        """End a session of the server, and wait until it is gone."""
        self._database.execute(f"select pg_catalog.pg_terminate_backend({pid})")
        gone = f"select not exists (select 1 from pg_catalog.pg_stat_activity where pid = {pid})"
        while not self._database.value(gone):
            time.sleep(1 / _LOOKS_PER_SECOND)

    def refuse(self, rows: list[Mapping[str, Any]], *, silently: bool) -> None:
        """Refuse rows with this content; silently, they are left as they are without an error."""
        import json

        for content in rows:
            text = literal(json.dumps(content))
            self._database.execute(f"insert into {self._schema}.refused values ({text}::jsonb, {silently})")

    def mend(self) -> None:
        """Refuse nothing any more, and let everybody pass."""
        self._database.execute(f"delete from {self._schema}.refused")
        self.open_gate()

    def answer(self, answer: bool) -> None:
        """Decide what functions say that are asked yes or no."""
        self._database.execute(f"update {self._schema}.answers set answer = {answer}")
