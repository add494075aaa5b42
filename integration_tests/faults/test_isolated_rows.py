"""Bad rows are found wherever they stand, with few statements and without harm to the others."""

import math

import pytest

from support.database.sessions import wait_for_row_lock
from support.engine.account_runs import Run, open_run

# The counter goes on when a statement is undone: a sequence is outside of transactions.
OBSTACLES = """
create table bad (id bigint primary key);
create sequence statements;
create function count_statement() returns trigger language plpgsql as $$
begin perform nextval('public.statements'); return null; end $$;
create trigger count_statement before update on account execute function count_statement();
create function refuse_bad() returns trigger language plpgsql as $$
begin
    if exists (select from public.bad where bad.id = new.id) then
        raise check_violation
        using message = 'account ' || new.id || ' is bad', constraint = 'not_bad';
    end if;
    return new;
end $$;
create trigger refuse_bad before update on account for each row execute function refuse_bad();
"""
UNRESOLVED = """
select (row_key ->> 'id')::bigint from batch_ops.errors
where kind = 'row' and resolved_at is null order by 1
"""


@pytest.fixture
def unlucky_run(engine, database):
    """A run under ``continue_on_error``; returns a function that makes some of its accounts bad."""
    run = open_run(engine, "add_credit_in_large_batches_where_possible")
    database.execute(OBSTACLES)

    def make_bad(ids):
        database.execute("insert into bad select unnest(%s::bigint[])", [sorted(ids)])
        return run

    return make_bad


def assert_only_these_failed(run: Run, bad: set[int]) -> None:
    assert [key for (key,) in run.database.rows(UNRESOLVED)] == sorted(bad)
    assert {key for (key,) in run.database.rows("select id from account where credits = 0")} == bad
    assert run.database.rows("select from account where credits > 1") == []
    run.assert_true()


@pytest.mark.parametrize("share", [0.0005, 0.01, 0.1])
def test_bad_rows_take_few_statements(unlucky_run, start_worker, random, share):
    bad = set(random.sample(range(1, 30_001), int(30_000 * share)))
    run = unlucky_run(bad)
    assert start_worker(run).wait()[-1]["status"] == "completed"
    assert_only_these_failed(run, bad)
    statements = run.value("select last_value from statements")
    # Halving a batch of a thousand takes 2 * log2(1000) statements for each bad row.
    assert statements - 30 <= len(bad) * 2 * math.log2(1000)
    if share >= 0.01:
        assert statements - 30 <= len(bad) * (math.log2(1 / share) + 3.5)


def test_bad_rows_that_stand_together_are_told_apart_from_their_neighbours(unlucky_run, start_worker, random):
    starts = [random.randrange(1, 29_900) for _ in range(5)]
    bad = {number for start in starts for number in range(start, start + random.randrange(1, 60))}
    run = unlucky_run(bad | {1, 1000, 1001, 30_000})
    start_worker(run).wait()
    assert_only_these_failed(run, bad | {1, 1000, 1001, 30_000})


def test_each_bad_row_is_recorded_with_its_own_error_and_as_it_is(unlucky_run, start_worker):
    run = unlucky_run({4711, 4712})
    start_worker(run).wait()
    recorded = run.database.rows(
        """
        select row_key, sqlstate, constraint_name, error_message, source_row, attempts, batch_number
        from batch_ops.errors order by error_id
        """
    )
    assert recorded == [
        (
            {"id": number},
            "23514",
            "not_bad",
            f"account {number} is bad",
            {"id": number, "credits": 0, "closed": number % 3 == 0},
            1,
            5,
        )
        for number in (4711, 4712)
    ]


def test_a_bad_row_that_was_found_before_an_interruption_of_its_batch_is_not_forgotten(
    unlucky_run, start_worker
):
    run = unlucky_run({300})
    with run.database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 900 for update")
        worker = start_worker(run)
        run.value("select pg_cancel_backend(%(pid)s)", pid=wait_for_row_lock(run.database))
        assert worker.wait()[-1]["interrupted"]
    assert run.database.rows(
        "select status, failed_records from batch_ops.batches where batch_number = 1"
    ) == [("released", 1)]
    start_worker(run).wait()
    assert_only_these_failed(run, {300})


def test_mended_rows_are_changed_by_retry_failed_and_nothing_else_is(dbt, unlucky_run, start_worker, random):
    bad = set(random.sample(range(1, 30_001), 50))
    run = unlucky_run(bad)
    start_worker(run).wait()
    still_bad = set(random.sample(sorted(bad), 5))
    run.database.execute("delete from bad where id <> all (%s)", [sorted(still_bad)])
    said = dbt.run_operation("dbt_batch_ops.retry_failed", run.arguments).output
    assert "50 failed rows or batches are tried again" in said
    assert_only_these_failed(run, still_bad)
    assert run.value("select min(attempts) from batch_ops.errors where resolved_at is null") == 2
    run.database.execute("delete from bad")
    dbt.run_operation("dbt_batch_ops.retry_failed", run.arguments)
    run.assert_exactly_once()


def test_a_kill_while_failed_rows_are_tried_again_loses_and_repeats_none(unlucky_run, start_worker, random):
    bad = set(random.sample(range(1, 30_001), 2_000))
    run = unlucky_run(bad)
    start_worker(run).wait()
    run.database.execute("delete from bad")
    run.retry_failed()
    for _ in range(5):
        worker = start_worker(run, 0.02)
        worker.next_slice()
        worker.kill()
        run.assert_true()
    start_worker(run).wait()
    run.assert_exactly_once()
