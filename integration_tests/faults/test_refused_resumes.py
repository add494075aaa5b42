"""Resumes that may not be: another spec, another role, a ledger of a newer version."""

import re

import psycopg2
import pytest

AS_COLLEAGUE = {"PGOPTIONS": "-c role=colleague"}
COLLEAGUE = """
do $$ begin
    if to_regrole('colleague') is null then create role colleague; end if;
end $$;
grant usage on schema batch_ops to colleague;
grant all on all tables in schema batch_ops, public to colleague;
"""
EVERYTHING = """
select jsonb_agg(to_jsonb(everything)) from (
    select (select jsonb_agg(runs order by operation_id) from batch_ops.runs),
        (select jsonb_agg(batches order by batch_number) from batch_ops.batches),
        (select jsonb_agg(workers order by worker_id) from batch_ops.workers),
        (select jsonb_agg(installation) from batch_ops.installation),
        (select jsonb_agg(migrations) from batch_ops.migrations),
        (select sum(credits) from account)
) as everything
"""


def test_a_resume_with_a_macro_of_another_spec_is_refused_with_both_hashes(dbt, run, project):
    opened_with = run.value("select spec_hash from batch_ops.runs where operation_id = %(run)s")
    spec = project.folder / "batch_operations" / "account.yml"
    spec.write_text(spec.read_text().replace("credits + 1", "credits + 2"))
    project.generate()
    macro = (project.folder / "macros" / "batch_ops" / "add_credit.sql").read_text()
    (now,) = re.findall(r'"spec_hash": "(\w+)"', macro)
    before = run.value(EVERYTHING)
    refused = dbt.run_operation("add_credit", run.arguments, check=False)
    assert refused.exit_code == 1
    assert opened_with != now
    assert f"was opened with spec {opened_with}, and the macro now says {now}" in refused.output
    assert run.value(EVERYTHING) == before


def test_a_resume_by_another_role_is_refused(dbt, run):
    run.database.execute(COLLEAGUE)
    before = run.value(EVERYTHING)
    arguments = f"{{operation_id: {run.id}}}"
    refused = dbt.run(
        "run-operation", "add_credit", "--args", arguments, check=False, environment=AS_COLLEAGUE
    )
    assert refused.exit_code == 1
    assert f"run {run.id} was opened by role postgres" in refused.output
    assert run.value(EVERYTHING) == before


def test_a_slice_of_a_run_of_another_role_is_refused_by_the_engine(run):
    run.database.execute(COLLEAGUE)
    with run.database.session() as session, session.cursor() as cursor:
        cursor.execute("set role colleague")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege, match="was opened by role postgres"):
            cursor.execute("call batch_ops.work(%s)", [run.id])


@pytest.mark.parametrize(
    "newer",
    [
        "update batch_ops.installation set package_version = '99.0.0'",
        "insert into batch_ops.migrations (version, name) values (99, 'of the future')",
    ],
    ids=["package", "ledger"],
)
def test_a_ledger_of_a_newer_version_is_refused_and_left_as_it_is(dbt, run, newer):
    run.execute(newer)
    before = run.value(EVERYTHING)
    refused = dbt.run_operation("add_credit", run.arguments, check=False)
    assert refused.exit_code == 1
    assert "dbt deps" in refused.output
    assert run.value(EVERYTHING) == before


def test_a_resume_of_a_completed_run_changes_nothing(dbt, run, start_worker):
    start_worker(run).wait()
    before = run.value(EVERYTHING)
    assert dbt.run_operation("add_credit", run.arguments).exit_code == 0
    assert run.value(EVERYTHING) == before


def test_a_run_that_does_not_exist_is_refused(dbt, database):
    missing = "00000000-0000-0000-0000-000000000000"
    refused = dbt.run_operation("add_credit", {"operation_id": missing}, check=False)
    assert refused.exit_code == 1
    assert f"there is no run {missing}" in refused.output
