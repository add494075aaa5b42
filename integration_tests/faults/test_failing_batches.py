"""An SQL error in the middle of a run: recorded and reported; mended, the run goes on."""

import pytest

from support.engine.account_runs import Run

UNLUCKY = "alter table account add constraint unlucky check (id <> 12345 or credits = 0)"
MENDED = "alter table account drop constraint unlucky"
DEFERRED = """
create function refuse() returns trigger language plpgsql as $$
begin
    if new.id = 12345 then
        raise exception 'account % may not change', new.id using errcode = '23Z99';
    end if;
    return null;
end $$;
create constraint trigger refuse after update on account
deferrable initially deferred for each row execute function refuse();
"""


@pytest.fixture
def failed(dbt, database):
    """A run that met a row which violates a constraint, and how its command ended."""
    database.execute(UNLUCKY)
    result = dbt.run_operation("add_credit", check=False)
    return Run.newest(database), result


def test_an_error_fails_the_command_and_names_run_batch_cause_keys_and_what_to_type(failed):
    run, result = failed
    assert result.exit_code == 1
    parts = [
        f"Run {run.id} of add_credit failed in batch 124",
        'violates check constraint "unlucky"',
        "SQLSTATE 23514",
        "keys after [12300] up to [12400]",
        f"dbt run-operation add_credit --args '{{operation_id: {run.id}}}'",
    ]
    assert [part for part in parts if part not in result.output] == []


def test_a_failed_run_keeps_the_batches_before_the_error_and_nothing_of_the_failed_one(failed):
    run, _ = failed
    assert (run.status, run.is_closed, run.batch_count) == ("failed", False, 123)
    run.assert_true()
    run.assert_figures()


def test_an_error_is_in_the_ledger_with_its_constraint(failed):
    run, _ = failed
    error = "select batch_number, sqlstate, constraint_name from batch_ops.errors where operation_id = %s"
    assert run.database.rows(error, [run.id]) == [(124, "23514", "unlucky")]


def test_a_failed_run_fails_again_while_its_cause_is_there(dbt, failed):
    run, _ = failed
    assert dbt.run_operation("add_credit", run.arguments, check=False).exit_code == 1
    run.assert_true()


def test_a_failed_run_completes_when_its_cause_is_mended(dbt, failed):
    run, _ = failed
    run.database.execute(MENDED)
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_an_error_that_one_of_several_workers_meets_fails_the_run_and_is_mended(
    dbt, run, start_worker, random
):
    run.database.execute(UNLUCKY)
    workers = [start_worker(run, random.uniform(0.005, 0.1)) for _ in range(3)]
    assert {worker.wait()[-1].get("status") for worker in workers} == {"failed"}
    run.assert_true()
    run.database.execute(MENDED)
    dbt.run_operation("add_credit", run.arguments)
    run.assert_exactly_once()


def test_a_constraint_that_would_fail_at_commit_is_recorded_with_its_batch(dbt, run):
    run.database.execute(DEFERRED)
    assert dbt.run_operation("add_credit", run.arguments, check=False).exit_code == 1
    errors = run.database.rows("select batch_number, sqlstate, error_message from batch_ops.errors")
    assert errors == [(124, "23Z99", "account 12345 may not change")]
    assert run.status == "failed"


def test_nothing_of_a_batch_whose_constraint_would_fail_at_commit_is_applied(run, start_worker):
    run.database.execute(DEFERRED)
    start_worker(run).wait()
    assert run.value("select count(*) from account where id > 12300 and credits <> 0") == 0
    run.assert_true()
