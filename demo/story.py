"""The demo, act by act."""

import shutil
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2

from dbt_batch_ops.database import Connection
from demo import screen
from demo.catalogue import import_products
from demo.proof import Proof
from demo.terminal import Terminal
from demo.users import choose_ids, load_users

REPOSITORY = Path(__file__).resolve().parent.parent
FOLDER = REPOSITORY / ".demo"
DATABASE = "dbt_batch_ops_demo"
LISTED = 10_000
PRODUCTS = 5_000
KILL_AT_PERCENT = 30

_LEDGER = """
select left(operation_id::text, 8), operation, status, processed_records, batch_count,
       coalesce(records_per_second, 0)::int, error_count
from batch_ops.run_overview
order by started_at
"""


def tell(server: Connection, rows: int) -> bool:
    """Run the whole demo.

    Args:
        server: The server to use; the database of the demo is made anew on it.
        rows: How many users to load.

    Returns:
        Whether the proof in the end holds.
    """
    connection = _new_database(server)
    terminal = Terminal(_copy_of_quickstart(), connection.environment)
    with closing(psycopg2.connect(connection.url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            proof = Proof(cursor)
            _load(cursor, rows)
            _generate(terminal)
            listed = _update_by_list(terminal, cursor)
            _update_by_condition(terminal)
            _update_kill_and_resume(terminal, cursor, proof)
            _delete(terminal)
            _import(terminal, cursor, proof)
            _conclude(cursor, proof, rows, listed)
    return proof.holds


def _new_database(server: Connection) -> Connection:
    with closing(psycopg2.connect(server.url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(f"drop database if exists {DATABASE} with (force)")
            cursor.execute(f"create database {DATABASE}")
    return replace(server, dbname=DATABASE)


def _copy_of_quickstart() -> Path:
    # As deep in the repository as the original, whose packages.yml names the package by a relative path.
    project = FOLDER / "quickstart"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(
        REPOSITORY / "examples" / "quickstart",
        project,
        ignore=shutil.ignore_patterns("batch_ops", "target", "logs", "dbt_packages"),
    )
    return project


def _load(cursor: Any, rows: int) -> None:
    screen.heading(f"1. A table of {rows:,} users")
    started = time.monotonic()
    load_users(cursor, rows)
    cursor.execute("""select pg_size_pretty(pg_total_relation_size('public."user"'))""")
    screen.say(f"{cursor.fetchone()[0]} loaded in {time.monotonic() - started:.0f} s.")


def _generate(terminal: Terminal) -> None:
    screen.heading("2. From a spec to macros (examples/quickstart/batch_operations)")
    terminal.run("dbt", "deps")
    terminal.run("dbt-batch-ops", "generate")


def _update_by_list(terminal: Terminal, cursor: Any) -> int:
    ids = choose_ids(cursor, LISTED)
    screen.heading(f"3. Update {len(ids):,} users by a list of ids")
    arguments = f"{{new_status: verified, user_ids: [{','.join(map(str, ids))}]}}"
    shown = f"{{new_status: verified, user_ids: [{ids[0]},{ids[1]}, ... {len(ids) - 2:,} more]}}"
    command = ["dbt", "run-operation", "bulk_update_user_status", "--args"]
    terminal.run(*command, arguments, show_as=f"{' '.join(command)} '{shown}'")
    return len(ids)


def _update_by_condition(terminal: Terminal) -> None:
    screen.heading("4. Deactivate who has not logged in for a year, refused if that were more than 100,000")
    terminal.run("dbt", "run-operation", "deactivate_inactive_users")


def _update_kill_and_resume(terminal: Terminal, cursor: Any, proof: Proof) -> None:
    screen.heading("5. Give everybody one credit more, and kill it on the way")
    proof.remember_credits()
    terminal.run_and_kill("dbt", "run-operation", "grant_credit", at_percent=KILL_AT_PERCENT)
    proof.check_credits_midway()
    terminal.run("dbt", "run-operation", "dbt_batch_ops.status", "--args", "{limit: 1}")
    cursor.execute("select operation_id from batch_ops.runs where operation = 'grant_credit'")
    (operation_id,) = cursor.fetchone()
    screen.heading("6. Go on where it stopped")
    terminal.run("dbt", "run-operation", "grant_credit", "--args", f"{{operation_id: {operation_id}}}")
    proof.check_credits()


def _delete(terminal: Terminal) -> None:
    screen.heading("7. Delete the closed accounts")
    terminal.run("dbt", "run-operation", "purge_closed_accounts")


def _import(terminal: Terminal, cursor: Any, proof: Proof) -> None:
    screen.heading(f"8. Import a CSV file of {PRODUCTS:,} products, some of them bad")
    import_products(terminal, cursor, proof, PRODUCTS)


def _conclude(cursor: Any, proof: Proof, rows: int, listed: int) -> None:
    screen.heading("What the ledger says")
    cursor.execute(_LEDGER)
    screen.table(["run", "operation", "status", "rows", "batches", "rows/s", "errors"], cursor.fetchall())
    screen.heading("Is it true?")
    proof.check_rows(rows, listed)
    proof.check_batches()
