"""The table ``crate``: runs on it that a test can hold, let go, fail and pause, to be looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg2
from rich.console import Console

from dbt_batch_ops.monitor.finding import newest_run
from dbt_batch_ops.monitor.history import History
from dbt_batch_ops.monitor.live import draw
from dbt_batch_ops.monitor.page import render
from dbt_batch_ops.monitor.program import picture_json
from dbt_batch_ops.monitor.reading import Reader
from dbt_batch_ops.monitor.review import Review, review
from dbt_batch_ops.monitor.snapshot import Camera
from support.database.database import KEPT, Database
from support.database.sessions import terminate, wait_for_rows

CRATES = 2_000
BATCH = 100
LONG = "pack_and_label_crates_of_the_warehouse_behind_the_old_harbour"
GATE = 4712
GATED = 150
# The last of twenty batches was claimed.
_ONLY_HELD = """
select count(*) filter (where batches.status <> 'completed')
from batch_ops.batches
inner join batch_ops.workers using (worker_id)
having max(batches.batch_number) = 20 and bool_and(batches.status = 'completed' or workers.pid = %(pid)s)
"""
_CREW = f"""
select pid from pg_stat_activity
where
    datname = current_database()
    and backend_type = 'client backend'
    and pid <> pg_backend_pid()
    and application_name not in ('gatekeeper', '{KEPT}')
"""
_WAITS = (
    "select pid from pg_locks where locktype = 'advisory' and objid = %(gate)s and not granted order by 1"
)


def create_tables(database: Database) -> None:
    """Make the tables, with a gate in front of one row of each: a run is held in its second batch."""
    database.execute(
        f"""
        create table crate (id bigint primary key, label text, packed integer not null);
        insert into crate select n, 'x', 0 from generate_series(1, {CRATES}) as n;
        create table barrel (id bigint primary key, litres integer not null);
        insert into barrel select n, 0 from generate_series(1, {CRATES}) as n;
        analyze crate;
        analyze barrel;
        create function wait_at_gate() returns trigger language plpgsql as $$
        begin
            perform pg_advisory_xact_lock_shared({GATE});
            return new;
        end $$;
        create trigger wait before update on crate
        for each row when (new.id = {GATED}) execute function wait_at_gate();
        create trigger wait before update on barrel
        for each row when (new.id = {GATED}) execute function wait_at_gate();
        -- A test may take its time at the gate: as with batch_ops_lock_timeout_seconds: 0.
        create function be_patient() returns trigger language plpgsql as $$
        begin
            new.lock_timeout := null;
            new.batch_timeout := null;
            return new;
        end $$;
        create trigger be_patient before insert on batch_ops.runs
        for each row execute function be_patient();
        """
    )


@contextmanager
def closed_gate(database: Database) -> Iterator[Any]:
    """Hold runs in their second batch as long as the block lasts; yields the session that does."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("set application_name = 'gatekeeper'")
        cursor.execute("select pg_advisory_lock(%s)", [GATE])
        yield session


def wait_at_gate(database: Database, sessions: int = 1) -> list[int]:
    """Wait until so many sessions are held, and return their process ids."""
    rows = wait_for_rows(database, _WAITS, {"gate": GATE}, "a run is held at the gate", count=sessions)
    return [pid for (pid,) in rows]


def end_crew(database: Database) -> None:
    """Terminate all sessions of the only run: first the one that would have others in their places."""
    coordinator = database.value("select pid from batch_ops.workers where role = 'coordinator'")
    terminate(database, coordinator)
    for (pid,) in database.rows(_CREW):
        terminate(database, pid)


def wait_for_the_rest(database: Database, pid: int) -> int:
    """Wait until all is done but what a session holds; return how many batches that are."""
    ((held,),) = wait_for_rows(database, _ONLY_HELD, {"pid": pid}, f"all is done but what {pid} holds")
    return held


def reader(database: Database) -> Reader:
    """What ``watch`` reads with, without the seconds that dbt takes to be imported."""
    return Reader(
        lambda: psycopg2.connect(database.connection.url),
        "dbt-batch-ops watch",
        seconds=10,
        uses_indexes=True,
    )


def picture(database: Database, operation_id: str | None = None) -> dict[str, Any]:
    """Return a picture as ``watch --once --json`` prints it."""
    reading = reader(database)
    try:
        return picture_json(Camera(reading, operation_id).take())
    finally:
        reading.close()


def shown(database: Database, *, columns: int = 100) -> str:
    """Return a picture as ``watch --once`` prints it where there is no terminal."""
    reading = reader(database)
    page = StringIO()
    console = Console(file=page, width=columns, highlight=False)
    try:
        console.print(draw(Camera(reading).take(), History(), console))
    finally:
        reading.close()
    return page.getvalue()


def run_review(database: Database, operation_id: str | None = None) -> Review:
    """Return what ``report`` tells of a run, or of the newest one."""
    reading = Reader(lambda: psycopg2.connect(database.connection.url), "dbt-batch-ops report", seconds=60)
    try:
        run = operation_id or newest_run(reading)
        assert run
        return review(reading, run)
    finally:
        reading.close()


def run_page(database: Database, operation_id: str | None = None) -> str:
    """Return the page that ``report --html`` writes."""
    return render(run_review(database, operation_id))
