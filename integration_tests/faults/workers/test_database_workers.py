"""Workers that one plain ``dbt run-operation`` opens in the database, with dblink."""

import pytest

from support.database.loopback import SERVER, create_server, map_user, set_up
from support.database.roles import NAME as ROLE
from support.database.roles import worker_role
from support.database.sessions import (
    kill_dbt,
    suspended,
    terminate,
    wait_for_row_lock,
    wait_for_rows,
    wait_until_gone,
)
from support.engine.account_runs import Run
from support.engine.worker_groups import first_claims_together
from support.patience import wait_until

OPERATION = "add_credit_in_parallel"
WHO_WORKED = """
select count(distinct worker_id) from batch_ops.batches where operation_id = %(run)s and status = 'completed'
"""
COORDINATOR = "select pid from batch_ops.workers where operation_id = %(run)s and role = 'coordinator'"
WORKERS_AT_WORK = """
select workers.pid from batch_ops.workers
inner join pg_stat_activity using (pid, backend_start)
where workers.operation_id = %(run)s and workers.role = 'worker'
"""
CLAIMED = "select count(*) from batch_ops.batches where status = 'claimed'"
# What idles in between two slices is ended by the coordinator, in the same moment.
LAST_TO_END = "select role from batch_ops.workers order by ended_at desc, role limit 1"
TABLES = "select tablename from pg_tables where schemaname = 'batch_ops'"


@pytest.fixture
def loopback(database):
    """A database of accounts in which a command can have workers."""
    set_up(database)
    return database


@pytest.fixture
def held(dbt, loopback):
    """A run of four workers, one of which waits for a locked row: run, process, lock, and that worker."""
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        process = dbt.start_operation(OPERATION)
        worker = wait_for_row_lock(loopback)
        yield Run.newest(loopback), process, gate, worker
    if process.is_running:
        process.kill()


def test_one_command_has_four_workers_and_changes_every_row_once(dbt, loopback):
    with first_claims_together(loopback, 4):
        process = dbt.start_operation(OPERATION)
    result = dbt.finish(process)
    run = Run.newest(loopback)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 4
    assert "  4 workers" in result.lines
    assert "completed: 30,000 rows in 300 batches" in result.output
    table = result.lines[-5:]
    assert table[0].split() == ["worker", "process", "rows", "batches"]
    assert sum(int(line.split()[3]) for line in table[1:]) == 300


def test_no_worker_is_left_when_the_command_has_ended(dbt, loopback):
    dbt.run_operation(OPERATION)
    run = Run.newest(loopback)
    for (pid,) in loopback.rows("select pid from batch_ops.workers"):
        wait_until_gone(loopback, pid)
    assert run.value("select count(*) from batch_ops.workers where ended_at is null") == 0


def test_no_password_is_in_the_ledger_or_on_the_terminal(dbt, loopback):
    result = dbt.run_operation(OPERATION)
    password = loopback.connection.password
    assert password not in result.output
    tables = loopback.rows(TABLES)
    assert ("workers",) in tables
    for (table,) in tables:
        assert password not in str(loopback.rows(f"select to_jsonb(t.*)::text from batch_ops.{table} as t"))


def test_steps_run_one_after_another_each_by_all_workers(dbt, loopback):
    with first_claims_together(loopback, 3):
        process = dbt.start_operation("add_credit_in_parallel_steps")
    dbt.finish(process)
    run = Run.newest(loopback)
    assert loopback.rows("select credits, count(*) from account group by 1") == [(1, 30_000)]
    overlaps = """
        select count(*) from batch_ops.batches as first inner join batch_ops.batches as second
        on first.step_number = 1 and second.step_number = 2 and second.started_at < first.completed_at
    """
    assert loopback.value(overlaps) == 0
    assert run.value(WHO_WORKED) == 3
    assert run.status == "completed"


def test_a_limit_of_time_is_sent_to_every_worker(dbt, loopback):
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        process = dbt.start_operation("add_credit_in_parallel_in_a_minute")
        worker = wait_for_row_lock(loopback)
        run = Run.newest(loopback)
        # After three seconds the wait is given up for this time; it is begun anew without such a limit.
        run.execute("update batch_ops.runs set lock_timeout = null where operation_id = %(run)s")
        run.execute(
            "update batch_ops.runs set deadline_at = clock_timestamp() + interval '6 seconds' "
            "where operation_id = %(run)s"
        )
        result = dbt.finish(process, check=False)
        # The row is still locked: it is the limit that has ended the wait for it.
        assert run.value(CLAIMED) == 0
    assert result.exit_code == 1
    assert run.status == "timed_out"
    wait_until_gone(loopback, worker)
    run.assert_true()
    dbt.run_operation("add_credit_in_parallel_in_a_minute", run.arguments)
    run.assert_exactly_once()


def test_without_a_limit_of_time_a_batch_may_take_longer_than_a_slice(held):
    run, process, gate, worker = held
    lasts = "select clock_timestamp() - query_start > '1.5 s' from pg_stat_activity where pid = %(pid)s"
    wait_until(lambda: run.value(lasts, pid=worker), "the batch takes longer than a slice and a second")
    gate.rollback()
    assert process.wait() == 0, process.output
    run.assert_exactly_once()
    assert run.value("select count(*) from batch_ops.errors where operation_id = %(run)s") == 0


def test_a_role_without_any_privilege_has_workers_once_a_superuser_has_set_them_up(dbt, database, tmp_path):
    with worker_role(database, tmp_path) as environment:
        database.execute(
            f"grant usage, create on schema batch_ops to {ROLE};"
            f"grant select, insert, update, delete on all tables in schema batch_ops to {ROLE};"
            f"grant select, update on account to {ROLE}"
        )
        command = ("run-operation", OPERATION)
        check = ("run-operation", "dbt_batch_ops.check_workers")
        said = dbt.run(*check, check=False, environment=environment)
        assert "extension dblink is not installed in database test" in said.output
        create_server(database)
        said = dbt.run(*check, check=False, environment=environment)
        assert f"role {ROLE} may not use foreign server {SERVER}" in said.output
        assert f"grant usage on foreign server {SERVER} to {ROLE}" in said.output
        database.execute(f"grant usage on foreign server {SERVER} to {ROLE}")
        said = dbt.run(*check, check=False, environment=environment)
        assert f"role {ROLE} has no user mapping for foreign server {SERVER}" in said.output
        assert said.exit_code == 1
        assert "Traceback" not in said.output
        map_user(database, ROLE, "w")
        dbt.run(*check, environment=environment)
        with first_claims_together(database, 4):
            process = dbt.start(*command, environment=environment)
        dbt.finish(process)
        run = Run.newest(database)
        run.assert_exactly_once()
        assert run.value(WHO_WORKED) == 4


def one_worker(dbt, database, problem):
    result = dbt.run_operation(OPERATION)
    run = Run.newest(database)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 1
    assert f"  1 of 4 workers: {problem}" in result.output
    assert f"dbt-batch-ops run {OPERATION} --workers 4" in result.output
    return result


def test_without_dblink_one_worker_does_it_and_says_what_is_missing(dbt, database):
    result = one_worker(dbt, database, "extension dblink is not installed in database test.")
    assert "    create extension dblink" in result.lines


def test_a_wrong_password_is_told_and_not_shown(dbt, database):
    create_server(database)
    map_user(database, database.connection.user, "no such secret")
    result = one_worker(dbt, database, f"foreign server {SERVER}: ")
    assert "password authentication failed" in result.output
    assert "no such secret" not in result.output


def test_a_server_that_leads_elsewhere_is_refused(dbt, database):
    create_server(database, dbname="postgres")
    map_user(database, database.connection.user, database.connection.password)
    one_worker(dbt, database, f"foreign server {SERVER} leads to another server, to database postgres.")


def test_the_project_limits_the_number_of_workers(dbt, loopback):
    limit = "{batch_ops_max_workers: 2, batch_ops_slice_seconds: 0.1}"
    with first_claims_together(loopback, 2):
        process = dbt.start("run-operation", OPERATION, "--vars", limit)
    dbt.finish(process)
    run = Run.newest(loopback)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 2


def test_a_worker_that_is_terminated_in_a_batch_comes_back_and_the_batch_is_done_once(dbt, held):
    run, process, gate, worker = held
    terminate(run.database, worker)
    gate.rollback()
    dbt.finish(process)
    run.assert_exactly_once()
    assert run.value("select count(*) from batch_ops.workers where role = 'worker'") == 5


def test_workers_that_are_all_terminated_again_and_again_leave_the_rest_to_the_command(dbt, loopback):
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id % 100 = 50 for update")
        process = dbt.start_operation(OPERATION)
        run = Run.opened(loopback)
        coordinator = wait_for_rows(loopback, COORDINATOR, {"run": run.id}, "somebody coordinates")[0][0]
        loopback.execute(f"alter server {SERVER} options (set port '1')")
        for (pid,) in wait_for_rows(loopback, WORKERS_AT_WORK, {"run": run.id}, "four work", count=4):
            terminate(loopback, pid)
        wait_until(lambda: "this session goes on alone" in process.output, "the command notices")
        gate.rollback()
    result = dbt.finish(process)
    run.assert_exactly_once()
    assert "could not establish connection" in result.output
    assert run.value(
        "select count(*) from batch_ops.workers where role = 'worker' and pid = %(pid)s", pid=coordinator
    )


def test_a_worker_is_replaced_three_times(dbt, loopback):
    terminated = []
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id % 100 = 50 for update")
        process = dbt.start_operation(OPERATION)
        run = Run.opened(loopback)
        coordinator = wait_for_rows(loopback, COORDINATOR, {"run": run.id}, "somebody coordinates")[0][0]

        def only_the_command_is_left():
            for (pid,) in loopback.rows(WORKERS_AT_WORK, {"run": run.id}):
                if pid != coordinator:
                    terminate(loopback, pid)
                    terminated.append(pid)
            return "this session goes on alone" in process.output

        wait_until(only_the_command_is_left, "nobody is replaced any more")
        gate.rollback()
    dbt.finish(process)
    run.assert_exactly_once()
    assert len(terminated) == 4 * (1 + 3)


def test_workers_stop_when_their_coordinator_is_killed_and_the_run_goes_on_later(dbt, held):
    run, process, gate, _ = held
    coordinator = wait_for_rows(run.database, COORDINATOR, {"run": run.id}, "somebody coordinates")[0][0]
    kill_dbt(process)
    terminate(run.database, coordinator)
    gate.rollback()
    wait_for_rows(
        run.database,
        f"select where not exists ({WORKERS_AT_WORK})",
        {"run": run.id},
        "workers without a coordinator end",
    )
    run.assert_true()
    assert run.status in ("interrupted", "completed")
    dbt.run_operation(OPERATION, run.arguments)
    run.assert_exactly_once()


def test_a_worker_that_hangs_in_its_batch_keeps_that_one_and_the_others_do_the_rest(dbt, held):
    run, process, gate, worker = held
    run.claim_again_after("0.3 seconds")
    with suspended(worker):
        gate.rollback()
        result = dbt.finish(process, check=False)
        assert result.exit_code == 1
        assert f"is blocked: batch 51 is held by process {worker} since " in result.output
        assert run.status == "blocked"
        run.assert_true()
        assert run.batch_count == 299
    wait_until_gone(run.database, worker)
    if not run.is_closed:
        dbt.run_operation(OPERATION, run.arguments)
    run.assert_exactly_once()


@pytest.mark.parametrize(("action", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_request_from_another_terminal_stops_all_workers(dbt, held, action, status):
    run, process, gate, _ = held
    dbt.run_operation(f"dbt_batch_ops.{action}", run.arguments)
    wait_until(lambda: run.status == status, "the others have stopped")
    # The one in the middle of a batch has not, and while it is, nothing is told that may still change.
    dbt.run_operation("dbt_batch_ops.status", run.arguments)
    gate.rollback()
    result = dbt.finish(process, check=False)
    assert result.exit_code == 1
    assert f"Run {run.id} of {OPERATION} was {status}" in result.output
    assert run.status == status
    run.assert_true()
    run.assert_figures()
    assert run.value(CLAIMED) == 0
    assert run.value(LAST_TO_END) == "coordinator"


def test_a_worker_that_a_person_interrupts_gets_no_more_and_the_others_do_its_batches(dbt, held):
    run, process, gate, worker = held
    run.value("select pg_cancel_backend(%(pid)s)", pid=worker)
    wait_until(lambda: wait_for_row_lock(run.database) != worker, "another one has its batch")
    since = run.value("select clock_timestamp()")
    gate.rollback()
    dbt.finish(process)
    run.assert_exactly_once()
    ended = "select ended_at < %(since)s from batch_ops.workers where pid = %(pid)s"
    assert run.value(ended, pid=worker, since=since) is True


def test_a_command_that_joins_is_one_more_worker(dbt, held):
    run, process, gate, _ = held
    joining = dbt.start_operation(OPERATION, run.arguments)
    wait_until(lambda: "one more worker beside those that are there" in joining.output, "it joins")
    gate.rollback()
    dbt.finish(process)
    dbt.finish(joining)
    run.assert_exactly_once()
    assert run.value("select count(*) from batch_ops.workers where role = 'worker'") == 5


def make_bad(database, condition):
    database.execute(f"alter table account add constraint unlucky check (not ({condition}) or credits = 0)")


def test_a_worker_that_only_fails_stops_and_the_others_go_on(dbt, loopback):
    # Every second row of one stretch: whoever works there fails too often, and leaves the rest to others.
    make_bad(loopback, "id between 1 and 120 and id % 2 = 0")
    result = dbt.run_operation("add_credit_where_workers_may_fail", check=False)
    run = Run.newest(loopback)
    assert run.status == "completed_with_errors", str(result)
    assert run.value("select count(*) from batch_ops.workers where stop_reason is not null") == 1
    assert loopback.value("select count(*) from account where credits = 1") == 30_000 - 60


def test_when_every_worker_has_failed_too_often_the_run_fails(dbt, loopback):
    make_bad(loopback, "id % 4 = 0")
    result = dbt.run_operation("add_credit_where_workers_may_fail", check=False)
    run = Run.newest(loopback)
    assert result.exit_code == 1
    assert (
        "stopped by itself: in each worker more than max_errors_per_worker = 40 rows or batches failed"
        in result.output
    )
    assert run.status == "failed"
    run.assert_true()
    stopped = "select count(*) from batch_ops.workers where stop_reason is not null and role = 'worker'"
    assert run.value(stopped) == 2
    loopback.execute("alter table account drop constraint unlucky")
    dbt.run_operation("dbt_batch_ops.retry_failed", run.arguments)
    run.assert_exactly_once()


def test_a_command_that_joined_and_only_fails_stops_working_and_waits_for_the_end(dbt, loopback):
    make_bad(loopback, "id between 101 and 1000 and id % 2 = 0")
    operation = "add_credit_where_workers_may_fail"
    # It waits for the row for as long as the other needs, and does no batch that is to fail there.
    alone = "{batch_ops_max_workers: 1, batch_ops_slice_seconds: 0.1, batch_ops_lock_timeout_seconds: 0}"
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 50 for update")
        first = dbt.start("run-operation", operation, "--vars", alone)
        wait_for_row_lock(loopback)
        run = Run.newest(loopback)
        joining = dbt.start_operation(operation, run.arguments)
        wait_until(lambda: "this worker has stopped" in joining.output, "the one that joined has stopped")
        assert run.status == "running"
        gate.rollback()
    results = [dbt.finish(first, check=False), dbt.finish(joining, check=False)]
    assert [result.exit_code for result in results] == [1, 1]
    for result in results:
        assert "in each worker more than max_errors_per_worker = 40" in result.output
    run.assert_true()
    loopback.execute("alter table account drop constraint unlucky")
    dbt.run_operation("dbt_batch_ops.retry_failed", run.arguments)
    run.assert_exactly_once()


def test_what_a_dead_worker_had_claimed_is_done_within_the_run_not_at_its_end(dbt, loopback):
    # Its heartbeat is a second; the others need longer than that for the rest, since a row holds them up.
    with loopback.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id in (50, 29950) for update")
        process = dbt.start_operation("add_credit_where_workers_may_fail")
        victim = wait_for_row_lock(loopback)
        run = Run.newest(loopback)
        (batch,) = run.value(
            "select array_agg(batch_number) from batch_ops.batches "
            "where operation_id = %(run)s and batch_number = 1"
        )
        loopback.execute(f"alter server {SERVER} options (set port '1')")
        terminate(loopback, victim)
        cursor.execute("rollback; begin; select from account where id = 29950 for update")
        wait_for_rows(
            loopback,
            "select from batch_ops.batches where batch_number = %(batch)s and status = 'completed'",
            {"batch": batch},
            "others do its batch",
        )
        gate.rollback()
    dbt.finish(process)
    run.assert_exactly_once()
