"""The harness itself: what the other tests rely on."""

import signal


def test_a_query_through_dbt_reaches_the_database_of_the_test(dbt, empty_database):
    empty_database.execute("create table here as select 7 as n")
    result = dbt.run_operation("run_queries", {"queries": ["select n from here"]})
    assert "result: [[7]]" in result.lines


def test_every_test_has_a_new_database(empty_database):
    assert empty_database.value("select to_regclass('here') is null")


def test_a_failing_operation_has_its_exit_code_and_output(dbt, empty_database):
    result = dbt.run_operation("run_queries", {"queries": ["selec"]}, check=False)
    assert result.exit_code == 1
    assert "syntax error" in result.output


def test_operations_can_run_at_the_same_time_and_be_killed(dbt, empty_database):
    empty_database.execute("create table t (n int)")
    sleep = {"queries": ["select 1", "insert into t values (1)", "commit", "select pg_sleep(60)"]}
    processes = [dbt.start_operation("run_queries", sleep) for _ in range(2)]
    for process in processes:
        process.wait_for("result: [[1]]")
        process.kill()
        assert process.wait() == -signal.SIGKILL
