"""The defects of the SQL that the reference document sketches, each with a test that would find it again.

They were measured (DESIGN section 1). The operation is that of the document's first block, on ``user``.
"""

import pytest

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.users import create_users


@pytest.fixture
def run(engine, database):
    """A run of the document's first operation on 200 of 300 users, in batches of 100."""
    create_users(database, 300)
    engine.complete("set_status_of_users", {"user_ids": list(range(1, 201)), "new_status": "done"})
    return newest_run(database)


def test_two_hundred_ids_report_two_hundred_records(run, database):
    """The sketch adds 100 for each of its three rounds."""
    assert_adds_up(run, 200)
    assert (run.total_records, run.processed_records, run.records) == (200, 200, [100, 100])
    assert database.value("""select count(*) from "user" where status = 'done'""") == 200


def test_the_reserved_word_user_is_the_table(run, database):
    """Unquoted, ``update user`` is a syntax error, and ``select … from user`` the name of the role."""
    assert database.value("select target from batch_ops.runs") == '"test"."public"."user"'


def test_batches_have_times_of_their_own(run, database):
    """``now()`` stands still in a transaction: start and end of all batches were the same."""
    times = database.rows("select started_at, completed_at from batch_ops.batches order by batch_number")
    moments = [moment for pair in times for moment in pair]
    assert moments == sorted(set(moments))
    started_at, completed_at = database.row("select started_at, completed_at from batch_ops.runs")
    assert started_at < moments[0] < moments[-1] < completed_at


def test_every_batch_is_a_transaction_with_its_record(run, database):
    """The sketch is one function, so that all of it is one transaction."""
    records = database.rows("select batch_number, xmin::text from batch_ops.batches")
    assert len({transaction for _, transaction in records}) == 2
    changed = database.rows(
        """select distinct (id + 99) / 100, xmin::text from "user" where status = 'done'"""
    )
    assert len(changed) == len({transaction for _, transaction in changed}) == 2


def test_the_result_of_a_run_is_defined(run, database):
    """The sketch returns a type that nobody created."""
    result = database.row(
        """
        select operation, status, total_records, processed_records, batch_count, error_count,
            completed_at > started_at, is_closed
        from batch_ops.run_overview where operation_id = %s
        """,
        [run.operation_id],
    )
    assert result == ("set_status_of_users", "completed", 200, 200, 2, 0, True, True)


def test_an_empty_list_is_a_run_without_records(engine, database):
    """``array_length`` of an empty array is null, and a loop up to null raises."""
    create_users(database, 10)
    engine.complete("set_status_of_users", {"user_ids": [], "new_status": "done"})
    assert_adds_up(newest_run(database), 0)


def test_an_error_is_recorded_and_what_was_committed_stays(engine, database):
    """The sketch's handler assigned a list to JSON and failed itself, and with it everything was undone."""
    create_users(database, 300)
    database.execute('alter table "user" add constraint no_150 check (id <> 150 or status <> $$done$$)')
    args = {"user_ids": list(range(1, 301)), "new_status": "done"}
    failed = engine.run("set_status_of_users", args)
    assert (failed["status"], failed["newest_error"]["batch_number"]) == ("failed", 2)

    run = newest_run(database)
    assert (run.status, run.processed_records, run.error_count) == ("failed", 100, 1)
    assert database.value("""select array_agg(id order by id) from "user" where status = 'done'""") == list(
        range(1, 101)
    )
    assert database.row("select batch_number, sqlstate, constraint_name from batch_ops.errors") == (
        2,
        "23514",
        "no_150",
    )
    assert "violates check constraint" in database.value("select error_message from batch_ops.errors")

    database.execute('alter table "user" drop constraint no_150')
    engine.complete("set_status_of_users", {"operation_id": run.operation_id})
    run = newest_run(database)
    assert (run.status, run.processed_records, run.records) == ("completed", 300, [100, 100, 100])
    assert database.value("""select count(*) from "user" where status = 'done'""") == 300
