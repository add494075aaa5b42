"""``dbt_batch_ops.locks``: who waits for whom, as a person reads it.

As rows it is in ``engine/test_lock_waits.py``.
"""

import pytest

from support.database.lock_waits import lock_waits, locking_sessions, prepared_transaction
from support.database.roles import worker_role
from support.database.sessions import wait_for_row_lock
from support.engine.statements import work
from support.tables.items import create_items, touched

FIRST = "update item set touched = touched + 1 where id = 1"


@pytest.fixture
def items(database):
    """A hundred items, and no lock on any of them."""
    create_items(database, 100)
    return database


@pytest.fixture
def start_session(items):
    """Start sessions that hold what their statements lock; they end with the test."""
    with locking_sessions(items) as start:
        yield start


def test_nobody_waits(dbt, items):
    assert "Nobody waits for a lock." in dbt.run_operation("dbt_batch_ops.locks").lines


def test_a_prepared_transaction_is_told_by_its_name(dbt, items, start_session):
    with prepared_transaction(items, FIRST, "it's prepared"):
        start_session().wait_in(FIRST)
        said = dbt.run_operation("dbt_batch_ops.locks").output
    assert "A prepared transaction (it's prepared) blocks others. It belongs to no session:" in said
    assert "to end it  rollback prepared 'it''s prepared', unless" in said


class TestBatchRuns:
    def test_a_run_that_waits_is_named_and_so_is_what_to_do(self, dbt, items, start_session):
        holder = start_session("set application_name = 'somebody'", FIRST)
        process = dbt.start_operation("touch_items_by_7")
        blocked = wait_for_row_lock(items)
        said = dbt.run_operation("dbt_batch_ops.locks").output
        (wait,) = lock_waits(items)
        holder.end()
        dbt.finish(process)
        operation_id = items.value("select operation_id::text from batch_ops.runs")
        assert (wait["blocked_operation"], str(wait["blocked_operation_id"])) == (
            "touch_items_by_7",
            operation_id,
        )
        assert wait["blocked_statement"].startswith("call batch_ops.work(")
        blocks = said[said.index("1 session waits for a lock.") :].split("\n\n")
        assert blocks[1].splitlines()[:2] == [
            f"Process {holder.pid} blocks others and waits for nobody:",
            f"  who        {items.connection.user}, somebody",
        ]
        assert "  state      idle in transaction, its transaction is " in blocks[1]
        assert f"  statement  {FIRST}" in blocks[1]
        assert f"  to end it  select pg_terminate_backend({holder.pid})" in blocks[1]
        assert blocks[2].startswith(f"  Process {blocked} waits for it, for ")
        assert "    wants      ShareLock on a row of public.item" in blocks[2]
        assert f"    batch run  touch_items_by_7, {operation_id}" in blocks[2]
        assert touched(items) == {1: 100}

    def test_a_run_that_blocks_is_named(self, dbt, items, start_session):
        """It has changed items 1 to 7 and waits for item 5's keeper itself."""
        keeper = start_session("update item set note = 'mine' where id = 5")
        process = dbt.start_operation("touch_items_by_7")
        working = wait_for_row_lock(items)
        late = start_session().wait_in(FIRST)
        told = lock_waits(items)
        said = dbt.run_operation("dbt_batch_ops.locks").output
        keeper.end()
        dbt.finish(process)
        assert [(wait["blocking_pid"], wait["blocked_pid"]) for wait in told] == [
            (keeper.pid, working),
            (working, late.pid),
        ]
        assert [wait["blocking_operation"] for wait in told] == [None, "touch_items_by_7"]
        assert f"Process {working} blocks others and waits itself:" in said

    def test_a_run_that_a_session_has_left_is_not_said_to_be_in_work(self, engine, dbt, items, start_session):
        operation_id = engine.open("touch_items_by_7")["operation_id"]
        with items.session() as session:
            assert work(session, operation_id, seconds=60)["status"] == "completed"
            session.autocommit = False
            session.cursor().execute(FIRST)
            start_session().wait_in(FIRST)
            said = dbt.run_operation("dbt_batch_ops.locks").output
        assert f"  batch run  touch_items_by_7, {operation_id} (no longer worked on)" in said


def test_a_long_queue_has_an_end_on_the_terminal(dbt, items, start_session):
    start_session("lock table item")
    for _ in range(9):
        start_session().wait_in(FIRST)
    lines = dbt.run_operation("dbt_batch_ops.locks").lines
    pairs_told = sum("waits for it" in line for line in lines)
    assert "9 sessions wait for a lock." in lines
    assert pairs_told == 9
    start_session().wait_in("lock table item")
    for _ in range(12):
        start_session().wait_in(FIRST)
    lines = dbt.run_operation("dbt_batch_ops.locks").lines
    more = len(lock_waits(items)) - 30
    assert more > 0
    assert sum("waits for it" in line for line in lines) == 30
    assert f"and {more} more pairs: select * from batch_ops.lock_waits()" in lines


def test_a_role_that_may_only_read_the_ledger_is_told_what_shows_it_more(dbt, items, start_session, tmp_path):
    start_session(FIRST)
    start_session().wait_in(FIRST)
    with worker_role(items, tmp_path) as environment:
        items.execute(
            """
            grant usage on schema batch_ops to worker;
            grant select on all tables in schema batch_ops to worker;
            """
        )
        said = dbt.run("run-operation", "dbt_batch_ops.locks", environment=environment).output
        items.execute("grant pg_read_all_stats to worker")
        more = dbt.run("run-operation", "dbt_batch_ops.locks", environment=environment).output
    hint = 'Role worker may not see what other roles do. To see it: GRANT pg_read_all_stats TO "worker"'
    assert "  statement  <insufficient privilege>" in said
    assert "  state      unknown" in said
    assert hint in said
    assert f"  statement  {FIRST}" in more
    assert hint not in more
