"""``dbt-batch-ops test``: operations on data that is made for them, in schemas of their own."""

import json
import signal
import time

import pytest

from support.commands.cli import Cli
from support.commands.project import REPOSITORY
from support.tables.claims import create_claims
from support.tables.users import create_users

HEADINGS = [
    "Batch processing",
    "Error handling",
    "Progress tracking",
    "Parallel execution",
    "Data consistency",
    "Performance",
]
LONGEST = 900
SCHEMAS = "select nspname from pg_namespace where nspname like 'batch\\_ops\\_test\\_%'"
# Puts something behind the statement of every batch.
PATCH = """
do $do$
declare
    v_routine text := pg_get_functiondef('batch_ops.apply_batch'::regproc);
    v_execute text := substring(v_routine from 'execute p_slice.statements.*?;');
begin
    execute replace(v_routine, v_execute, v_execute || ' ' || {patch});
end $do$
"""
OTHER_ROWS = """
execute pg_catalog.format(
    $sql$update %s set credits = credits where status <> 'closed'$sql$,
    (select target from batch_ops.runs limit 1)
);
"""


@pytest.fixture
def cli(dbt, project):
    return Cli(dbt)


def command(cli, *arguments):
    """Run the command, which takes its time on a busy machine."""
    return cli.start("test", *arguments).wait(LONGEST)


def run_scenarios(cli, *arguments, exit_code):
    """Run scenarios; return them as the command tells them."""
    result = command(cli, *arguments, "--json")
    assert result.exit_code == exit_code, str(result)
    return json.loads(result.output)


def outcome_of(cli, *arguments):
    """Run scenarios of which none fails."""
    return run_scenarios(cli, *arguments, exit_code=0)


def found_by(cli, *arguments):
    """Run scenarios of which some fail; return what was found."""
    report = run_scenarios(cli, *arguments, exit_code=1)
    return [problem["found"] for entry in report["scenarios"] for problem in entry["problems"]]


def results(report):
    """The results of a report by scenario; what failed with its problems."""
    return {
        entry["scenario"]: entry["problems"] if entry["result"] == "failed" else entry["result"]
        for entry in report["scenarios"]
    }


def assert_nothing_is_left(database):
    assert database.rows(SCHEMAS) == []
    for table in ("runs", "steps", "batches", "errors", "workers", "uploads"):
        assert database.value(f"select count(*) from batch_ops.{table}") == 0, table
    staged = "select relname from pg_class where relname like 'staged%' or relname like 'upload\\_%'"
    assert database.rows(staged) == []


def test_an_update_passes_under_all_six_headings_and_leaves_nothing_behind(cli, database):
    create_users(database, 20)
    before = database.rows('select * from "user" order by id')
    report = outcome_of(cli, "batch_operations/user.yml", "-k", "grant_credit")
    assert set(results(report).values()) == {"passed"}, results(report)
    assert [heading for heading, counts in report["headings"].items() if counts["passed"]] == HEADINGS
    assert database.rows('select * from "user" order by id') == before
    assert_nothing_is_left(database)


def test_operations_of_every_kind_can_be_tried(cli, database):
    operations = [
        *("purge_closed_accounts", "approve_claims", "reopen_claims", "touch_listed_items_of_a_kind"),
        *("rename_orders", "import_checked_products", "import_product_file", "repeat_products"),
        *("merge_daily_metrics", "import_letters_without_header", "handle_fields", "add_and_tag"),
        *("fetch_and_merge", "order_shipments"),
    ]
    chosen = [word for operation in operations for word in ("-k", operation)]
    report = outcome_of(cli, "--heading", "batch", *chosen)
    found = {entry["operation"]: entry["result"] for entry in report["scenarios"]}
    assert found == dict.fromkeys(sorted(found), "passed")
    assert found.keys() >= set(operations)
    assert_nothing_is_left(database)


def test_an_import_passes_or_says_why_it_is_skipped_under_all_headings(cli, database):
    report = outcome_of(cli, "batch_operations/product.yml", "-k", "import_nearly_flawless_products")
    assert set(results(report).values()) == {"passed"}, results(report)


def test_the_table_is_made_as_the_real_one_with_its_constraints(cli, database):
    database.execute(
        """
        create sequence taken;
        create table "user" (
            number bigint default nextval('taken'),
            id bigint primary key,
            name text not null check (name like 'text 1%'),
            email text unique,
            status text,
            credits integer not null check (credits between 5 and 9),
            last_login_at timestamptz,
            created_at timestamptz,
            updated_at timestamptz
        )
        """
    )
    report = outcome_of(cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "batch")
    (reason,) = {entry["reason"] for entry in report["scenarios"]}
    assert reason is None or "check constraint" in reason, reason
    assert database.value("select is_called from taken") is False
    assert_nothing_is_left(database)


@pytest.mark.parametrize("operation", ["grant_credit", "set_status_of_users"])
def test_an_engine_that_does_a_batch_twice_fails(cli, database, operation):
    database.execute(PATCH.format(patch="v_execute"))
    problems = found_by(cli, "batch_operations/user.yml", "-k", operation, "--heading", "batch")
    assert any("was changed twice, not once" in problem for problem in problems), problems


def test_an_engine_that_changes_other_rows_fails(cli, database):
    database.execute(PATCH.format(patch=f"$other${OTHER_ROWS}$other$"))
    problems = found_by(cli, "batch_operations/user.yml", "-k", "purge", "--heading", "batch")
    assert any("(update) was changed" in problem and "not never" in problem for problem in problems), problems


def test_an_engine_that_counts_wrongly_fails(cli, database):
    database.execute(PATCH.format(patch="'perform 1;'"))
    problems = found_by(cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "progress")
    assert any("were changed" in problem for problem in problems), problems


def test_a_macro_that_is_not_what_the_spec_says_is_refused(cli, database, project):
    macro = project.folder / "macros/batch_ops/grant_credit.sql"
    macro.write_text(macro.read_text().replace("credits + 1", "credits + 2"))
    result = command(cli, "batch_operations/user.yml")
    assert result.exit_code == 1
    assert "macros/batch_ops/grant_credit.sql is stale" in result.errors
    assert_nothing_is_left(database)


def test_functions_of_the_user_are_not_called(cli, database):
    database.execute(
        """
        create table called (at timestamptz default now());
        create function may_reopen(day date) returns boolean language sql as $$
            insert into called default values returning true;
        $$;
        create function handle(ids bigint[]) returns void language sql as $$
            insert into called default values;
        $$;
        """
    )
    create_claims(database, 1)
    precondition = "a precondition that does not hold keeps everything as it is"
    report = outcome_of(cli, "batch_operations/claim.yml", "-k", precondition)
    assert results(report) == {precondition: "passed"}
    report = outcome_of(cli, "batch_operations/job.yml", "-k", "handle_ids", "--heading", "batch")
    assert set(results(report).values()) == {"passed"}
    assert database.value("select count(*) from called") == 0


def test_rows_and_scenarios_of_ones_own_are_taken(cli, database, project):
    project.write(
        "batch_operations/tests/mine.yml",
        """
operation: purge_closed_accounts
rows:
  - {id: 1, status: closed}
  - {id: 2, status: open}
  - {id: 3, status: closed}
scenarios:
  - scenario: closed accounts go
    heading: Data consistency
    settings: {batch_size: 1}
    acts:
      - {do: run, expect: [completed, every_row_once, batches_within_size]}
  - scenario: nothing happens
    heading: Data consistency
    acts:
      - {do: run, expect: [nothing_changed]}
""",
    )
    report = outcome_of(cli, "batch_operations/user.yml", "-k", "closed accounts go")
    assert results(report) == {"closed accounts go": "passed"}
    report = run_scenarios(cli, "batch_operations/user.yml", "-k", "nothing happens", exit_code=1)
    (problem, *_) = results(report)["nothing happens"]
    assert problem["act"] == "run"
    assert problem["expectation"] == "nothing_changed"
    assert problem["found"].startswith('row {"id": 1}')


def test_where_no_row_matches_the_scenarios_are_skipped_with_the_reason(cli, database, project):
    project.write(
        "batch_operations/odd.yml",
        """
name: odd
fields: {id: bigint, settings: jsonb}
patterns:
  - name: batch_operations
    operation: drop_odd
    operation_type: delete
    where_condition: "settings ->> 'a' = 'b'"
""",
    )
    project.generate("batch_operations/odd.yml")
    report = outcome_of(cli, "batch_operations/odd.yml")
    assert {entry["result"] for entry in report["scenarios"]} == {"skipped"}
    assert any("rows of your own" in entry["reason"] for entry in report["scenarios"])


def test_what_a_killed_command_leaves_is_removed_by_the_next(cli, database):
    process = cli.start("test", "batch_operations/user.yml", "-k", "grant_credit")
    deadline = time.monotonic() + LONGEST
    while not database.rows("select 1 from batch_ops.runs"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.signal(signal.SIGKILL)
    process.wait()
    assert database.rows(SCHEMAS) != []
    outcome_of(cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "progress")
    assert_nothing_is_left(database)


def test_a_schema_is_kept_for_a_look(cli, database):
    result = command(cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "batch", "--keep")
    assert result.exit_code == 0, str(result)
    ((schema,),) = database.rows(SCHEMAS)
    assert f"drop schema {schema} cascade" in result.output
    assert database.value(f'select count(*) from {schema}."user"') > 0
    assert database.value("select count(*) from batch_ops.runs") == 1
    outcome_of(cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "batch")
    assert database.rows(SCHEMAS) == [(schema,)]


def test_the_word_run_of_the_reference_document_is_accepted(cli, database):
    result = command(cli, "run", "batch_operations/user.yml", "-k", "grant_credit", "--list")
    assert "grant_credit" in result.output
    assert database.rows(SCHEMAS) == []


def test_a_wrong_call_has_an_exit_code_of_its_own(cli, database):
    assert command(cli, "-k", "no such scenario").exit_code == 2
    assert command(cli, "--private", "--keep").exit_code == 2


def test_on_a_private_server_the_database_is_not_touched(cli, database):
    result = command(
        cli, "batch_operations/user.yml", "-k", "grant_credit", "--heading", "batch", "--private"
    )
    assert "✓ Batch processing" in " ".join(result.output.split())
    assert_nothing_is_left(database)


@pytest.mark.skipif(
    not (REPOSITORY / "macros/generic_tests").is_dir(), reason="the package's generic tests are not there"
)
def test_generated_dbt_tests_pass_and_find_a_damaged_ledger(cli, dbt, database, project):
    create_users(database, 3000)
    try:
        cli.run("generate", "tests", "batch_operations/user.yml")
        dbt.run_operation("grant_credit")
        dbt.run("test", "--select", "tag:grant_credit")
        database.execute("delete from batch_ops.batches where batch_number = 2")
        result = dbt.run("test", "--select", "tag:grant_credit", check=False)
        assert result.exit_code == 1
        assert "FAIL 1 grant_credit__batch_processing" in result.output, str(result)
    finally:
        for file in (project.folder / "tests/batch_ops").glob("*.sql"):
            file.unlink()
