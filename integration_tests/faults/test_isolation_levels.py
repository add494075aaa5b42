"""Databases whose transactions are `repeatable read` or `serializable` unless they say otherwise."""

import pytest

from support.database.sessions import wait_for_table_lock
from support.engine.account_runs import Run


@pytest.fixture(params=["repeatable read", "serializable"])
def isolated(request, database):
    database.execute(f"alter database test set default_transaction_isolation = '{request.param}'")
    return database


def test_a_run_with_workers_that_are_killed_changes_every_row_once(dbt, isolated, start_worker, random):
    process = dbt.start_operation("add_credit")
    run = Run.opened(isolated)
    for moment in sorted(random.sample(range(200), 8)):
        start_worker(run, 0.02)
        worker = start_worker(run, 0.02)
        run.wait_for_batches(moment)
        worker.kill()
    dbt.finish(process)
    run.assert_exactly_once()


def test_of_two_starts_in_the_same_instant_one_works_and_the_other_names_its_run(dbt, isolated):
    with isolated.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("lock table batch_ops.runs in share mode")
        processes = [dbt.start_operation("add_credit") for _ in range(2)]
        wait_for_table_lock(isolated, "batch_ops.runs", sessions=2)
    results = [dbt.finish(process, check=False) for process in processes]
    assert sorted(result.exit_code for result in results) == [0, 1]
    (refused,) = [result for result in results if result.exit_code == 1]
    assert f"operation_id: {Run.newest(isolated).id}" in refused.output
