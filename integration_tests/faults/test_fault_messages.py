"""What the command that a person types says of each fault; in one transaction, nothing is left of it."""

import pytest

from support.database.sessions import kill_dbt, terminate, wait_for_rows, wait_until_gone
from support.engine.account_runs import Run
from support.faults.fault_runs import WareRun
from support.faults.kinds_of_work import KINDS
from support.faults.row_errors import constraint, deferred, passing, raising, slow, uncastable
from support.selection.matrices import crossed

RETRIED = "select from batch_ops.errors where operation_id = %(run)s and kind = 'retried'"
FATAL = {
    "disk full": lambda kind: raising("53100", [150]),
    "constraint": lambda kind: constraint(kind, [150]),
    "cast": lambda kind: uncastable([150]),
    "trigger": lambda kind: raising("P0001", [150]),
    "deferred constraint": lambda kind: deferred([150]),
}


def next_command(run):
    return f"dbt run-operation {run.kind.operation} --args '{{operation_id: {run.id}}}'"


@pytest.mark.parametrize(("fault", "kind"), list(zip(FATAL, KINDS, strict=True)))
def test_an_error_fails_the_command_that_names_run_batch_cause_and_what_to_type(dbt, open_wares, fault, kind):
    run = open_wares(kind)
    strike = FATAL[fault](run.kind)
    run.database.execute(strike.cause)
    result = dbt.run_operation(run.kind.operation, run.arguments, check=False)
    assert result.exit_code == 1
    parts = [
        f"Run {run.id} of {run.kind.operation} failed",
        "in batch 8",
        f"SQLSTATE {strike.sqlstate}",
        strike.text,
        next_command(run),
    ]
    assert [part for part in parts if part not in result.output] == [], str(result)
    run.assert_consistent()
    run.database.execute(strike.mended)
    dbt.run_operation(run.kind.operation, run.arguments)
    run.assert_exactly_once()


@pytest.mark.parametrize("fault", ["deadlock", "lock timeout", "serialization failure", "statement timeout"])
def test_a_fault_that_passes_is_told_as_a_batch_tried_again(dbt, open_wares, fault):
    run = open_wares("update")
    if fault == "lock timeout":
        run.change(lock_timeout="20 milliseconds")
        with run.held_at(150):
            process = dbt.start_operation("update_wares", run.arguments)
            wait_for_rows(run.database, RETRIED, {"run": run.id}, "a batch is to be tried again")
        result = dbt.finish(process)
    else:
        strike = passing({"deadlock": "40P01"}.get(fault, "40001"), [150], 1)
        if fault == "statement timeout":
            run.change(batch_timeout="0.4 seconds")
            strike = slow(list(range(141, 161)), 0.04)
        run.database.execute(strike.cause)
        result = dbt.run_operation("update_wares", run.arguments)
    assert "batches tried again" in result.output
    run.assert_exactly_once()


def test_a_lock_that_is_never_given_up_fails_the_command_after_max_retries(dbt, open_wares):
    run = open_wares("delete")
    run.change(lock_timeout="20 milliseconds")
    with run.held_at(150):
        result = dbt.run_operation("delete_wares", run.arguments, check=False)
    assert result.exit_code == 1
    parts = [
        f"Run {run.id} of delete_wares failed in batch 8",
        "canceling statement due to lock timeout (SQLSTATE 55P03)",
        "tried 6 times",
        next_command(run),
    ]
    assert [part for part in parts if part not in result.output] == [], str(result)
    run.assert_consistent()
    dbt.run_operation("delete_wares", run.arguments)
    run.assert_exactly_once()


def test_a_cancelled_query_interrupts_the_command(dbt, open_wares):
    run = open_wares("upsert")
    with run.held_at(150):
        process = dbt.start_operation("upsert_wares", run.arguments)
        run.value("select pg_cancel_backend(%(pid)s)", pid=run.wait_at_latch())
        result = dbt.finish(process, check=False)
    assert result.exit_code == 1
    assert f"Run {run.id} of upsert_wares was interrupted" in result.output
    assert next_command(run) in result.output
    dbt.run_operation("upsert_wares", run.arguments)
    run.assert_exactly_once()


@pytest.mark.parametrize("kind", ["insert", "steps"])
def test_a_command_whose_session_is_terminated_fails(dbt, open_wares, kind):
    run = open_wares(kind)
    with run.held_at(150):
        process = dbt.start_operation(run.kind.operation, run.arguments)
        terminate(run.database, run.wait_at_latch())
        assert dbt.finish(process, check=False).exit_code == 1
    dbt.run_operation(run.kind.operation, run.arguments)
    run.assert_exactly_once()


def test_bad_rows_are_listed_and_the_command_says_how_to_try_them_again(dbt, open_wares):
    database = open_wares("update").database
    strike = raising("P0001", [27, 150, 333])
    database.execute(strike.cause)
    result = dbt.run_operation("update_wares_as_far_as_possible")
    run = WareRun(database, Run.newest(database).id, KINDS["update"])
    retry = f"dbt run-operation dbt_batch_ops.retry_failed --args '{{operation_id: {run.id}}}'"
    parts = ["3 failed and are left out:", "row id 27: ware 27 may not change (SQLSTATE P0001)", retry]
    assert [part for part in parts if part not in result.output] == [], str(result)
    run.assert_consistent()
    database.execute(strike.mended)
    dbt.run_operation("dbt_batch_ops.retry_failed", run.arguments)
    run.assert_exactly_once()


def test_more_bad_rows_than_max_errors_fail_the_command_until_the_limit_is_raised(dbt, project, open_wares):
    database = open_wares("update").database
    database.execute(raising("P0001", list(range(27, 600, 60))).cause)
    result = dbt.run_operation("update_wares_as_far_as_possible", check=False)
    run = WareRun(database, Run.newest(database).id, KINDS["update"])
    assert (result.exit_code, run.status) == (1, "failed")
    assert "stopped by itself: 6 rows or batches failed, more than max_errors = 5" in result.output
    run.assert_consistent()
    spec = project.folder / "batch_operations" / "ware.yml"
    spec.write_text(spec.read_text().replace("max_errors: 5", "max_errors: 50"))
    project.generate()
    dbt.run_operation("update_wares_as_far_as_possible", run.arguments)
    run.assert_consistent()
    assert (run.status, len(run.failed_rows)) == ("completed_with_errors", 10)


@crossed(fault=list(FATAL), kind=list(KINDS))
def test_in_one_transaction_any_error_leaves_the_rows_as_they_were_and_is_recorded(
    dbt, open_wares, fault, kind
):
    work = open_wares(kind)
    strike = FATAL[fault](work.kind)
    work.database.execute(strike.cause)
    operation = work.kind.in_one_transaction
    result = dbt.run_operation(operation, work.kind.arguments, check=False)
    run = WareRun(work.database, Run.newest(work.database).id, work.kind)
    assert (result.exit_code, run.status) == (1, "failed")
    assert "Nothing was changed." in result.output
    assert f"Run {run.id} of {operation} failed" in result.output
    assert strike.text in result.output
    run.assert_unchanged()
    assert run.errors("kind, sqlstate") == {("batch", strike.sqlstate)}
    run.database.execute(strike.mended)
    dbt.run_operation(operation, work.kind.arguments)
    WareRun(work.database, Run.newest(work.database).id, work.kind).assert_exactly_once()


@crossed(fault=["killed", "terminated", "cancelled"], kind=list(KINDS))
def test_in_one_transaction_a_run_that_is_ended_leaves_the_rows_as_they_were_and_begins_anew(
    dbt, open_wares, fault, kind
):
    work = open_wares(kind)
    operation = work.kind.in_one_transaction
    with work.held_at(450):
        process = dbt.start_operation(operation, work.kind.arguments)
        backend = work.wait_at_latch()
        run = WareRun(work.database, Run.newest(work.database).id, work.kind)
        if fault == "killed":
            kill_dbt(process)
        elif fault == "terminated":
            terminate(work.database, backend)
        else:
            work.database.value("select pg_cancel_backend(%s)", [backend])
            assert "was interrupted" in dbt.finish(process, check=False).output
    wait_until_gone(work.database, backend)
    assert run.status == "interrupted"
    run.assert_unchanged()
    dbt.run_operation(operation, run.arguments)
    run.assert_exactly_once()


def test_in_one_transaction_a_passing_error_is_waited_out(dbt, open_wares):
    work = open_wares("update")
    work.database.execute(passing("40001", [150], 2).cause)
    dbt.run_operation(work.kind.in_one_transaction)
    WareRun(work.database, Run.newest(work.database).id, work.kind).assert_exactly_once()
