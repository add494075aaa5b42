"""The same tests on the monitoring models, which have read the ledger at different moments."""

import pytest

from support.monitoring.ledger_tests import outcomes

MODELS = ("batch_operations", "batch_operation_logs", "batch_operation_errors")
OF_MODELS = ("test", "--select", *MODELS)
# As if the others had been built once more: then they have read the ledger after the model of runs has.
READ_LATER = """
update batch_operation_logs set ledger_horizon = pg_current_xact_id();
update batch_operation_errors set ledger_horizon = pg_current_xact_id();
"""
DAMAGES = {
    "batch_operation_logs_ranges_tile": [
        "delete from batch_operation_logs where operation = 'fill_jars' and batch_number = 4",
        "update batch_operation_logs set range_lo = '[5]' where operation = 'fill_jars' and batch_number = 4",
        "insert into batch_operation_logs select * from batch_operation_logs where batch_number = 4",
    ],
    "batch_operation_logs_one_terminal_state_per_batch": [
        "update batch_operation_logs set completed_at = null where operation = 'label_jars'",
        "update batch_operation_logs set status = 'claimed' where operation = 'label_jars'",
        "insert into batch_operation_logs select * from batch_operation_logs where batch_number = 4",
    ],
    "batch_operations_batch_rows_add_up": [
        "delete from batch_operation_logs where operation = 'fill_jars' and batch_number = 4",
        "update batch_operations set processed_records = 5000 where operation = 'fill_jars'",
        "update batch_operations set batch_count = 5000 where operation = 'label_jars'",
    ],
    "batch_operations_errors_within_limits": [
        "update batch_operations set max_errors = 1 where operation = 'fill_jars'",
        "update batch_operations set error_handling = 'stop_on_error' where operation = 'fill_jars'",
    ],
    "batch_operations_error_rate_within_limits": [
        "update batch_operations set processed_records = 99, error_count = 50 where operation = 'fill_jars'",
    ],
    "batch_operations_no_recently_failed_runs": [
        "update batch_operations set completed_at = now() where operation = 'break_jars'",
    ],
    "batch_operations_runs_end_in_time": [
        "update batch_operations set is_closed = false, status = 'interrupted', deadline_at = '2020-01-01'",
    ],
    "batch_operation_errors_failed_rows_are_recorded": [
        "delete from batch_operation_errors where operation = 'fill_jars' and batch_number = 3",
        "delete from batch_operation_errors where operation = 'add_jars'",
    ],
    "batch_operation_errors_no_row_failed_and_changed": [
        "insert into batch_operation_errors select * from batch_operation_errors where batch_number = 3",
    ],
}
NO_KEYS = """
do $$ declare v_index text; begin
    for v_index in
        select indexname from pg_indexes where schemaname = 'public' and tablename like 'batch_operation%'
    loop
        execute 'drop index ' || quote_ident(v_index);
    end loop;
end $$
"""


@pytest.fixture(scope="module")
def compiled(_dbt, _unchanged):
    """The tests of the models as SQL, on models that were built."""
    _dbt.run("run", "--select", "package:dbt_batch_ops")
    _dbt.run("compile", "--select", *MODELS)
    files = (_dbt.project / "target/compiled/dbt_batch_ops").rglob("_monitoring.yml/*.sql")
    return {file.stem: file.read_text() for file in files}


def found(session, sql):
    with session.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_every_test_of_a_model_is_shown_to_fail(compiled):
    assert compiled.keys() == DAMAGES.keys()


@pytest.mark.parametrize("test", DAMAGES)
@pytest.mark.parametrize("moment", ["", READ_LATER], ids=["just built", "built again"])
def test_nothing_is_found_in_models_of_real_runs(compiled, session, test, moment):
    with session.cursor() as cursor:
        cursor.execute(moment or "select")
    assert found(session, compiled[test]) == []


@pytest.mark.parametrize(
    ("test", "damage"), [(test, damage) for test, damages in DAMAGES.items() for damage in damages]
)
def test_a_damaged_model_is_found(compiled, session, test, damage):
    with session.cursor() as cursor:
        cursor.execute(NO_KEYS + ";" + READ_LATER + damage)
    assert found(session, compiled[test])


@pytest.mark.parametrize("test", ["batch_operations_batch_rows_add_up"])
def test_a_run_of_which_the_log_knows_less_is_compared_after_some_time(compiled, session, test):
    with session.cursor() as cursor:
        cursor.execute("delete from batch_operation_logs where operation = 'fill_jars' and batch_number = 4")
        assert found(session, compiled[test]) == []
        cursor.execute("update batch_operations set closed_at = now() - interval '49 hours'")
    assert len(found(session, compiled[test])) == 1


def test_a_model_that_is_behind_another_is_no_damage(dbt, database):
    dbt.run("run", "--select", "batch_operation_logs", "batch_operation_errors")
    dbt.run_operation("label_jars")
    dbt.run("run", "--select", "batch_operations")
    assert set(outcomes(dbt.run(*OF_MODELS)).values()) == {"PASS"}


def test_models_that_are_not_built_yet_are_nothing_to_look_at(dbt, database):
    result = dbt.run(*OF_MODELS)
    assert (len(outcomes(result)), set(outcomes(result).values())) == (9, {"PASS"})
