"""Operations as SQL functions and procedures, called from inside the database without dbt."""

import psycopg2
import pytest

from support.engine.ledger import newest_run
from support.tables.claims import create_claims, states

_CALL = "select * from decide_claims(%s, %s)"


@pytest.fixture
def claims(database):
    create_claims(database, 100)
    return database


@pytest.fixture
def deployed(dbt, claims):
    dbt.run_operation("dbt_batch_ops.deploy", {"operation": "decide_claims"})
    return claims


def called(database, sql, *parameters):
    """Call a routine; returns its result by the names of its columns."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict(zip((column.name for column in cursor.description), cursor.fetchone(), strict=True))


def test_a_function_has_typed_arguments_and_the_spec_in_its_comment(deployed):
    (signature, result, comment) = deployed.row(
        """
        select
            pg_get_function_arguments(oid), pg_get_function_result(oid), obj_description(oid, 'pg_proc')
        from pg_proc where proname = 'decide_claims'
        """
    )
    assert signature == "claim_ids bigint[], new_state text, decided_by text DEFAULT 'it''s me'::text"
    assert result == "batch_ops.batch_operation_result"
    assert "generated from batch_operations/claim.yml" in comment
    assert "One transaction: no pause, no progress, one worker" in comment


def test_it_changes_the_rows_in_batches_and_returns_what_it_did(deployed):
    result = called(deployed, _CALL, list(range(1, 26)), "approved")
    assert result["operation"] == "decide_claims"
    assert result["status"] == "completed"
    assert (result["total_records"], result["processed_records"], result["error_count"]) == (25, 25, 0)
    assert result["started_at"] < result["completed_at"]
    assert deployed.rows("select distinct decided_by from claim where state = 'approved'") == [("it's me",)]
    run = newest_run(deployed)
    assert run.operation_id == result["operation_id"]
    assert run.records == [10, 10, 5]


def test_unknown_and_repeated_ids_are_counted(deployed):
    result = called(deployed, _CALL, [1, 1, 2, 500, 501, 502], "approved")
    assert result["status"] == "completed"
    assert result["total_records"] == 6
    assert result["processed_records"] == 2
    assert result["duplicate_records"] == 1
    assert result["unknown_records"] == 3
    assert states(deployed) == {"open": 98, "approved": 2}


def test_an_empty_list_is_no_error(deployed):
    result = called(deployed, _CALL, [], "approved")
    assert (result["status"], result["total_records"], result["processed_records"]) == ("completed", 0, 0)


def test_an_error_is_returned_and_recorded_and_the_batches_before_it_stay(deployed):
    deployed.execute("alter table claim add check (id <> 15 or state = 'open')")
    result = called(deployed, _CALL, list(range(1, 26)), "approved")
    assert result["status"] == "failed"
    assert (result["processed_records"], result["error_count"]) == (10, 1)
    assert "violates check constraint" in result["error_message"]
    assert states(deployed) == {"open": 90, "approved": 10}
    assert deployed.value("select sqlstate from batch_ops.errors") == "23514"


def test_after_a_failure_it_can_be_called_again(deployed):
    deployed.execute("alter table claim add constraint c check (id <> 15 or state = 'open')")
    called(deployed, _CALL, list(range(1, 26)), "approved")
    deployed.execute("alter table claim drop constraint c")
    assert called(deployed, _CALL, list(range(1, 26)), "approved")["processed_records"] == 25


def test_a_rollback_of_the_caller_takes_all_of_it_back(deployed):
    runs = "select count(*) from batch_ops.runs"
    with deployed.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute(_CALL, [[1, 2, 3], "approved"])
        session.rollback()
    assert states(deployed) == {"open": 100}
    assert deployed.value(runs) == 0


def test_the_callers_settings_and_its_transaction_are_left_as_they_were(deployed):
    settings = (
        "jit",
        "enable_seqscan",
        "enable_bitmapscan",
        "synchronous_commit",
        "search_path",
        "DateStyle",
    )
    with deployed.session(autocommit=False) as session, session.cursor() as cursor:

        def now():
            return [_show(cursor, setting) for setting in settings]

        before = now()
        cursor.execute(_CALL, [[1, 2, 3], "approved"])
        assert now() == before
        session.commit()
    assert states(deployed) == {"open": 97, "approved": 3}


def _show(cursor, setting):
    cursor.execute(f"show {setting}")
    return cursor.fetchone()[0]


def test_nothing_of_a_run_is_left_but_its_record(deployed):
    called(deployed, _CALL, [1, 2, 3], "approved")
    assert deployed.value("select count(*) from pg_class where relname like 'staged%%'") == 0


def test_a_value_that_is_no_sql_stays_a_value(deployed):
    result = called(
        deployed, "select * from decide_claims(%s, %s, %s)", [1], "approved", "'); drop table claim; --"
    )
    assert result["status"] == "completed"
    assert deployed.value("select decided_by from claim where id = 1") == "'); drop table claim; --"


def test_the_procedure_commits_every_batch(deployed):
    deployed.execute("alter table claim add check (id <> 15 or state = 'open')")
    with deployed.session() as session, session.cursor() as cursor:
        cursor.execute("call decide_claims_in_batches(%s, 'approved')", [list(range(1, 26))])
        ((result,),) = cursor.fetchall()
    assert ",failed," in result
    assert states(deployed) == {"open": 90, "approved": 10}
    xids = "select count(distinct xmin::text) from claim where state = 'approved'"
    assert deployed.value(xids) == 1


def test_the_procedure_does_all_batches_in_transactions_of_their_own(deployed):
    with deployed.session() as session, session.cursor() as cursor:
        cursor.execute("call decide_claims_in_batches(%s, 'approved')", [list(range(1, 26))])
    assert states(deployed) == {"open": 75, "approved": 25}
    assert deployed.value("select count(distinct xmin::text) from claim where state = 'approved'") == 3


def test_a_procedure_is_not_called_inside_a_transaction(deployed):
    refused = pytest.raises(psycopg2.errors.InvalidTransactionTermination)
    with deployed.session(autocommit=False) as session, session.cursor() as cursor, refused:
        cursor.execute("call decide_claims_in_batches(%s, 'approved')", [[1]])
    assert states(deployed) == {"open": 100}


def test_while_a_run_is_unfinished_the_function_is_refused_with_its_id(deployed):
    with deployed.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute(
            """
            insert into batch_ops.runs (
                operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
                package_version, claim_timeout
            )
            values (
                '00000000-0000-0000-0000-00000000000a', 'decide_claims', '"test"."public"."claim"', 'running',
                '{}', '', '', '', '', '30 s'
            )
            """
        )
        session.commit()
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState, match="00000000000a"):
        called(deployed, _CALL, [1], "approved")


def test_a_precondition_that_does_not_hold_is_named(dbt, claims):
    claims.execute("create function may_reopen(day date) returns boolean language sql as 'select false'")
    dbt.run_operation("dbt_batch_ops.deploy", {"operation": "reopen_claims"})
    with pytest.raises(psycopg2.errors.ObjectNotInPrerequisiteState) as raised:
        called(claims, "select * from reopen_claims(1)")
    assert "reopen_claims was not started; nothing was changed" in str(raised.value)
    assert "COUNT(*) FILTER (WHERE state = 'approved') >= :at_least" in str(raised.value)
    assert "may_reopen(CURRENT_DATE)" in str(raised.value)


def test_after_another_version_of_the_engine_was_installed_it_asks_to_be_deployed_again(deployed):
    deployed.execute("update batch_ops.installation set engine_hash = 'another'")
    with pytest.raises(psycopg2.errors.FeatureNotSupported) as raised:
        called(deployed, _CALL, [1], "approved")
    assert "dbt run-operation dbt_batch_ops.deploy --args '{operation: decide_claims}'" in str(raised.value)
    assert states(deployed) == {"open": 100}


def test_deploying_again_replaces_it_also_with_other_arguments(dbt, deployed):
    deployed.execute(
        """
        drop routine decide_claims, decide_claims_in_batches;
        create function decide_claims(a text) returns text language sql as 'select 1::text';
        comment on function decide_claims is 'Batch operation decide_claims, generated from x (spec y).';
        """
    )
    dbt.run_operation("dbt_batch_ops.deploy", {"operation": "decide_claims"})
    assert deployed.value("select count(*) from pg_proc where proname = 'decide_claims'") == 1


def test_it_can_be_put_into_another_schema(dbt, claims):
    claims.execute("create schema api")
    dbt.run_operation("dbt_batch_ops.deploy", {"operation": "add_to_claims", "schema": "api"})
    result = called(claims, "select * from api.add_to_claims()")
    assert result["processed_records"] == 100
    assert claims.value("select sum(amount) from claim") == 5_150


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        ("no_such_operation", "There is no operation no_such_operation in this project"),
        ("approve_claims", "asks for a confirmation"),
    ],
)
def test_what_cannot_be_deployed_is_refused(dbt, claims, operation, why):
    result = dbt.run_operation("dbt_batch_ops.deploy", {"operation": operation}, check=False)
    assert result.exit_code == 1
    assert why in result.output
