"""``batch_ops.lock_waits()``: who waits for whom, as rows."""

from dataclasses import replace

import pytest

from support.database.database import Database
from support.database.lock_waits import lock_waits, locking_sessions, prepared_transaction
from support.engine.statements import work
from support.tables.items import create_items

FIRST, SECOND, THIRD = (f"update item set touched = touched + 1 where id = {n}" for n in (1, 2, 3))


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


def pairs(database):
    """Return who waits for whom as pairs of process ids, in their order."""
    return [(wait["blocked_pid"], wait["blocking_pid"]) for wait in lock_waits(database)]


class TestNobodyWaits:
    def test_nobody_is_told(self, items):
        assert lock_waits(items) == []

    def test_a_lock_that_nobody_waits_for_is_no_matter(self, items, start_session):
        start_session(FIRST)
        assert lock_waits(items) == []

    def test_what_waits_in_another_database_is_a_matter_of_that_one(self, items, start_session):
        start_session(FIRST)
        start_session().wait_in(FIRST)
        other = Database(items.connection)
        other.connection = replace(items.connection, dbname="template_with_ledger")
        assert lock_waits(other) == []
        assert len(lock_waits(items)) == 1


class TestOnePair:
    def test_both_sides_are_told(self, items, start_session):
        holder = start_session("set application_name = 'holder'", FIRST)
        late = start_session("set application_name = 'late'").wait_in(FIRST)
        (wait,) = lock_waits(items)
        me = items.connection.user
        assert (wait["blocked_pid"], wait["blocking_pid"]) == (late.pid, holder.pid)
        assert (wait["blocked_user"], wait["blocked_application"]) == (me, "late")
        assert (wait["blocking_user"], wait["blocking_application"]) == (me, "holder")
        assert (wait["blocked_statement"], wait["blocking_statement"]) == (FIRST, FIRST)
        assert wait["blocking_state"] == "idle in transaction"
        assert wait["blocking_transaction_seconds"] > wait["waiting_seconds"] > 0
        assert wait["command"] == f"select pg_terminate_backend({holder.pid})"
        assert (wait["blocked_operation_id"], wait["blocking_operation_id"]) == (None, None)

    def test_a_row_is_told_with_its_table(self, items, start_session):
        start_session(FIRST)
        start_session().wait_in(FIRST)
        (wait,) = lock_waits(items)
        assert (wait["lock_type"], wait["lock_mode"]) == ("transactionid", "ShareLock")
        assert (wait["relation"], wait["waits_for"]) == ("public.item", "a row of public.item")

    def test_a_table_is_told_with_schema_and_quotes(self, items, start_session):
        items.execute('create schema "Old Stock"; create table "Old Stock"."Order" (id int)')
        start_session('lock table "Old Stock"."Order"')
        start_session().wait_in('select from "Old Stock"."Order"')
        (wait,) = lock_waits(items)
        assert (wait["lock_type"], wait["lock_mode"]) == ("relation", "AccessShareLock")
        assert wait["relation"] == wait["waits_for"] == '"Old Stock"."Order"'

    def test_a_key_that_another_session_has_inserted_is_told_without_a_table(self, items, start_session):
        start_session("insert into item values (101)")
        start_session().wait_in("insert into item values (101)")
        (wait,) = lock_waits(items)
        assert wait["waits_for"].startswith("a row or key that transaction ")

    def test_an_advisory_lock_of_a_user_is_told_by_its_key(self, items, start_session):
        start_session("select pg_advisory_lock(3, 4)")
        start_session().wait_in("select pg_advisory_lock(3, 4)")
        (wait,) = lock_waits(items)
        assert wait["waits_for"] == "advisory lock (3, 4)"

    def test_a_statement_is_one_short_line_without_the_comment_of_dbt(self, items, start_session):
        comment = '/* {"app": "dbt", "node_id": "macro.a*b"} */\n'
        start_session(FIRST)
        start_session().wait_in(f"{comment}{FIRST}\n  and note <> '{'x' * 200}'")
        (wait,) = lock_waits(items)
        assert wait["blocked_statement"].startswith(f"{FIRST} and note <> 'xxx")
        assert wait["blocked_statement"].endswith("xxx...")
        assert len(wait["blocked_statement"]) == 120


class TestSeveralPairs:
    def test_who_waits_for_nobody_comes_first_and_then_down_the_chain(self, items, start_session):
        """The last one waits first, and was there first: neither times nor process ids give the order."""
        d, c, b, a = (start_session(*statements) for statements in ((), (THIRD,), (SECOND,), (FIRST,)))
        d.wait_in(THIRD)
        c.wait_in(SECOND)
        b.wait_in(FIRST)
        assert pairs(items) == [(b.pid, a.pid), (c.pid, b.pid), (d.pid, c.pid)]
        assert [wait["blocker_waits"] for wait in lock_waits(items)] == [False, True, True]

    def test_a_queue_for_one_row_begins_with_who_holds_it(self, items, start_session):
        holder = start_session(FIRST)
        queue = [start_session().wait_in(FIRST) for _ in range(3)]
        told = lock_waits(items)
        assert (told[0]["blocked_pid"], told[0]["blocking_pid"]) == (queue[0].pid, holder.pid)
        assert {wait["blocked_pid"] for wait in told} == {session.pid for session in queue}
        assert {wait["waits_for"] for wait in told} == {"a row of public.item"}

    def test_a_session_that_waits_for_two_is_told_with_each(self, items, start_session):
        share = "select from item where id = 1 for share"
        readers = [start_session(share) for _ in range(2)]
        writer = start_session().wait_in("lock table item")
        assert sorted(pairs(items)) == sorted((writer.pid, reader.pid) for reader in readers)

    def test_a_circle_comes_to_an_end(self, items, start_session):
        """Also one that can be entered from outside: by a session that waits for nobody."""
        items.execute("create table shared (id integer)")
        patient, share = "set deadlock_timeout = '1min'", "lock table shared in share mode"
        outside, one, other = (
            start_session(share),
            start_session(patient, share),
            start_session(patient, FIRST),
        )
        one.wait_in(FIRST)
        other.wait_in("lock table shared")
        told = pairs(items)
        assert told[0] == (other.pid, outside.pid)
        assert sorted(told[1:]) == sorted([(one.pid, other.pid), (other.pid, one.pid)])


class TestSessionsThatAreNone:
    def test_a_parallel_query_is_told_as_the_session_that_a_person_knows(self, items, start_session):
        """Its only worker waits; the session itself waits for the worker, and for no lock."""
        items.execute(
            """
            create table price (amount integer);
            create function prices() returns bigint language plpgsql parallel safe
            as 'begin return (select count(*) from price); end'
            """
        )
        setting = items.value(
            "select name from pg_settings where name in ('debug_parallel_query', 'force_parallel_mode')"
        )
        holder = start_session("lock table price")
        reader = start_session(f"set {setting} = on").wait_in("select prices()")
        assert items.value("select count(*) from pg_locks where not granted and pid <> %s", [reader.pid]), (
            "no other process waits"
        )
        assert pairs(items) == [(reader.pid, holder.pid)]

    def test_a_prepared_transaction_is_told_by_its_name(self, items, start_session):
        gid = "it's prepared"
        with prepared_transaction(items, FIRST, gid):
            late = start_session().wait_in(FIRST)
            (wait,) = lock_waits(items)
        assert (wait["blocked_pid"], wait["blocking_pid"], wait["blocking_gid"]) == (late.pid, None, gid)
        assert wait["blocking_user"] == items.connection.user

    def test_a_prepared_transaction_that_holds_a_table_is_told_by_its_name(self, items, start_session):
        with prepared_transaction(items, "lock table item", "of a table"):
            start_session().wait_in(FIRST)
            assert [wait["blocking_gid"] for wait in lock_waits(items)] == ["of a table"]


class TestBatchRuns:
    def test_a_run_that_a_session_has_left_is_not_said_to_be_in_work(self, engine, items, start_session):
        operation_id = engine.open("touch_items_by_7")["operation_id"]
        with items.session() as session:
            assert work(session, operation_id, seconds=60)["status"] == "completed"
            session.autocommit = False
            session.cursor().execute(FIRST)
            start_session().wait_in(FIRST)
            (wait,) = lock_waits(items)
        assert (str(wait["blocking_operation_id"]), wait["blocking_is_working"]) == (operation_id, False)

    def test_the_claim_lock_of_a_step_has_a_name(self, engine, items, start_session):
        operation_id = engine.open("touch_items_by_7")["operation_id"]
        lock = f"select batch_ops.lock_step('{operation_id}', 1)"
        start_session(lock)
        start_session().wait_in(lock)
        (wait,) = lock_waits(items)
        assert wait["waits_for"] == f"the claim lock of step 1 (touch_items_by_7) of run {operation_id}"

    def test_the_lock_of_the_installation_has_a_name(self, items, start_session):
        lock = "select pg_advisory_xact_lock(hashtextextended('batch_ops.install', 0))"
        start_session(lock)
        start_session().wait_in(lock)
        assert lock_waits(items)[0]["waits_for"] == "the installation of dbt_batch_ops"
