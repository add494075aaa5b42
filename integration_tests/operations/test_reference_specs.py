"""Every complete spec of the reference document, word for word, on the tables and functions that it names.

Each spec is run once by ``dbt run-operation``; the tests look at what that left behind.
"""

import re
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest

from support.commands.dbt import DbtResult
from support.monitoring.ledger_tests import LedgerTests
from support.reference import scenarios
from support.reference.adapter_table import WORKS, check_cell
from support.reference.document import complete_specs, needs_document
from support.reference.manual_test import folder_for_the_server, manual_calls
from support.reference.scenarios import BAD_ROWS, LISTED, SCENARIOS, UNKNOWN, Contents, Scenario

pytestmark = needs_document

CONFIRM = re.compile(r"dbt run-operation (\w+) --args '(\{confirm: [0-9a-f-]{36}\})'")
WITH_CALLS = [operation for operation, scenario in SCENARIOS.items() if scenario.calls]
WITH_STEPS = [operation for operation, scenario in SCENARIOS.items() if len(scenario.steps) > 1]
CONFIRMED = [operation for operation, scenario in SCENARIOS.items() if scenario.is_confirmed]


def on(*operations):
    """Run a test on the outcome of each of these specs."""
    return pytest.mark.parametrize("outcome", operations, indirect=True)


@dataclass(frozen=True)
class Outcome:
    """What one run of a spec left behind.

    Attributes:
        scenario: What it was given and had to do.
        before: The rows of its tables before.
        planned: The same after it was planned, where it has to be confirmed.
        after: The same after it ended.
        plan: How the command ended that planned it.
        result: How the command ended that ran it.
        run: The run as a person sees it.
        steps: Its steps in the ledger.
        batches: The records of the batches of each step.
        errors: What was recorded of bad rows.
        calls: How often each function was called.
        staged_tables: The tables that are left of what it staged.
        findings: What the package's tests of the ledger have to say.
    """

    scenario: Scenario
    before: Contents
    planned: Contents | None
    after: Contents
    plan: DbtResult | None
    result: DbtResult
    run: dict[str, Any]
    steps: list[dict[str, Any]]
    batches: dict[str, list[int]]
    errors: list[dict[str, Any]]
    calls: dict[str, int]
    staged_tables: list[tuple[str]]
    findings: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ledger_tests(_dbt, _database, _ledger_template):
    _database.recreate(_ledger_template)
    return LedgerTests(_dbt)


@pytest.fixture(scope="module")
def outcome(request, _dbt, _database, _ledger_template, ledger_tests):
    """What a spec left behind; run once for all tests that look at it."""
    scenario = SCENARIOS[request.param]
    _database.recreate(_ledger_template)
    scenarios.create(_database, scenario)
    before = scenarios.contents(_database, scenario)
    plan = planned = None
    with folder_for_the_server() as folder:
        result = _dbt.run_operation(request.param, scenario.arguments(folder))
    if scenario.is_confirmed:
        plan, planned = result, scenarios.contents(_database, scenario)
        result = _dbt.run_operation(*CONFIRM.search(plan.output).groups())
    (run,) = _records(_database, "batch_ops.run_overview")
    steps = _records(_database, "batch_ops.steps order by step_number")
    with _database.session() as session:
        findings = ledger_tests.all_findings(session)
    return Outcome(
        scenario=scenario,
        before=before,
        planned=planned,
        after=scenarios.contents(_database, scenario),
        plan=plan,
        result=result,
        run=run,
        steps=steps,
        batches={step["name"]: _batches(_database, step) for step in steps},
        errors=_records(_database, "batch_ops.errors order by row_number"),
        calls=scenarios.calls_outside(_database, scenario),
        staged_tables=_database.rows("select tablename from pg_tables where tablename like 'staged_%'"),
        findings=findings,
    )


def _batches(database, step):
    recorded = "select records from batch_ops.batches where step_number = %s order by batch_number"
    return [records for (records,) in database.rows(recorded, [step["step_number"]])]


def _records(database, source):
    return [row for (row,) in database.rows(f"select to_jsonb(given) from (select * from {source}) as given")]


def test_the_document_has_these_complete_specs():
    assert set(complete_specs()) == set(SCENARIOS)


@on(*SCENARIOS)
def test_a_spec_leaves_every_row_of_every_table_as_it_says(outcome):
    assert scenarios.differences(outcome.after, outcome.scenario.expected(outcome.before)) == {}


@on(*SCENARIOS)
def test_a_step_works_on_all_its_rows_in_batches_of_its_size(outcome):
    for step in outcome.scenario.steps:
        sizes = outcome.batches[step.name]
        if step.has_exact_batches:
            full, rest = divmod(step.records, step.batch_size)
            assert sizes == [step.batch_size] * full + [rest] * (rest > 0), step.name
        else:
            assert (sum(sizes), max(sizes) <= step.batch_size) == (step.records, True), step.name


@on(*SCENARIOS)
def test_a_finished_run_counts_the_rows_of_all_its_steps(outcome):
    run = outcome.run
    assert run["status"] in ("completed", "completed_with_errors")
    assert run["is_closed"]
    assert run["processed_records"] == sum(step.records for step in outcome.scenario.steps)
    assert run["batch_count"] == sum(map(len, outcome.batches.values()))


@on(*SCENARIOS)
def test_the_page_about_engines_has_what_was_seen(outcome):
    is_done = outcome.run["status"] in ("completed", "completed_with_errors")
    check_cell(outcome.run["operation"], "PostgreSQL", WORKS if is_done else outcome.run["status"])


@on(*SCENARIOS)
def test_every_step_is_recorded_with_its_order_its_size_and_its_end(outcome):
    recorded = [(step["name"], step["batch_size"], step["status"]) for step in outcome.steps]
    assert recorded == [(step.name, step.batch_size, "completed") for step in outcome.scenario.steps]


@on(*SCENARIOS)
def test_a_finished_run_leaves_no_staged_rows_behind(outcome):
    assert outcome.staged_tables == []


@on(*SCENARIOS)
def test_the_tests_of_the_ledger_find_nothing_in_it(outcome):
    assert outcome.findings == {}


@on(*SCENARIOS)
def test_the_terminal_says_how_much_was_done(outcome):
    rows, batches = outcome.run["processed_records"], outcome.run["batch_count"]
    said = f"completed: {rows:,} rows in {batches:,} batch{'es' * (batches != 1)}"
    assert said in outcome.result.output


@on(*WITH_STEPS)
def test_the_terminal_has_a_line_for_each_step(outcome):
    for step in outcome.scenario.steps:
        line = rf"^ *{step.name} .* {step.records:,} +{len(outcome.batches[step.name])} *$"
        assert re.search(line, outcome.result.output, re.MULTILINE), str(outcome.result)


@on(*WITH_CALLS)
def test_a_function_is_called_once_for_each_batch_or_row_that_it_takes(outcome):
    assert outcome.calls == outcome.scenario.calls


@on(*CONFIRMED)
def test_what_requires_a_confirmation_changes_nothing_before_it(outcome):
    assert scenarios.differences(outcome.planned, outcome.before) == {}


@on(*CONFIRMED)
def test_a_plan_shows_its_rows_its_batches_a_sample_and_the_statement(outcome):
    (step,) = outcome.scenario.steps
    batches = -(-step.records // step.batch_size)
    plan = outcome.plan.output
    assert "planned; nothing was changed" in plan
    assert f"{step.records:,} rows to change" in plan
    assert f"({batches} batch{'es' * (batches != 1)})" in plan
    assert "the first 5:" in plan
    assert f'update "test"."public"."{next(iter(outcome.scenario.tables))}"' in plan


@on("bulk_update_user_status")
def test_ids_given_twice_and_unknown_ids_are_counted_and_said(outcome):
    source = outcome.steps[0]["source"]
    given = LISTED + len(UNKNOWN) + 7
    assert (source["given"], source["duplicates"], source["unknown"]) == (given, 7, len(UNKNOWN))
    assert f"7 of {given} values of user_ids were given before" in outcome.result.output
    assert f"{len(UNKNOWN)} of {given} values of user_ids are not in the table" in outcome.result.output
    assert all(unknown in outcome.result.output for unknown in UNKNOWN)


@on("import_products_csv")
def test_bad_rows_of_a_csv_file_are_recorded_with_their_line(outcome):
    # The header is a line, and so is the second one of the name with a line break.
    lines = {row: row + 1 + (row > 3) for row in BAD_ROWS}
    assert {error["row_number"]: error["source_line"] for error in outcome.errors} == lines


@on("import_products_csv")
def test_bad_rows_of_a_csv_file_are_recorded_with_the_rule_that_they_broke(outcome):
    recorded = {error["row_number"]: error["error_message"] for error in outcome.errors}
    assert {row: recorded[row].startswith(rule) for row, (_, rule) in BAD_ROWS.items()} == dict.fromkeys(
        BAD_ROWS, True
    ), recorded


@on("import_products_csv")
def test_bad_rows_of_a_csv_file_are_recorded_with_what_they_held(outcome):
    held = {error["row_number"]: tuple(error["source_row"].values()) for error in outcome.errors}
    assert {row: sorted(value or "" for value in values) for row, values in held.items()} == {
        row: sorted(values) for row, (values, _) in BAD_ROWS.items()
    }


@on("import_products_csv")
def test_the_terminal_says_how_many_rows_of_a_csv_file_are_bad(outcome):
    assert "5 of 1,205 rows are invalid and left out" in outcome.result.output


def test_now_is_the_time_of_the_batch(dbt, database):
    scenario = SCENARIOS["bulk_update_user_status"]
    scenarios.create(database, scenario)
    dbt.run_operation("bulk_update_user_status", scenario.arguments(None))
    batches = database.rows(
        """
        select count(*) from "user" where updated_at > '2020-01-01' group by updated_at order by updated_at
        """
    )
    assert batches == [(100,), (100,), (50,)]


@pytest.mark.parametrize("ids", [["invalid-uuid"], "invalid-uuid"], ids=["in a list", "instead of a list"])
def test_an_id_that_is_none_is_refused_before_anything_is_recorded(dbt, database, ids):
    scenario = SCENARIOS["bulk_update_user_status"]
    scenarios.create(database, scenario)
    before = scenarios.contents(database, scenario)
    result = dbt.run_operation(
        "bulk_update_user_status", {"user_ids": ids, "new_status": "active"}, check=False
    )
    assert result.exit_code == 1
    assert "parameter user_ids: " in result.output
    assert "invalid-uuid" in result.output
    assert database.value("select count(*) from batch_ops.runs") == 0
    assert scenarios.contents(database, scenario) == before


def test_only_unknown_ids_are_a_run_that_changes_nothing_and_says_why(dbt, database):
    scenario = SCENARIOS["bulk_update_user_status"]
    scenarios.create(database, scenario)
    before = scenarios.contents(database, scenario)
    result = dbt.run_operation("bulk_update_user_status", {"user_ids": UNKNOWN, "new_status": "active"})
    assert "2 of 2 values of user_ids are not in the table" in result.output
    assert "completed: 0 rows" in result.output
    assert scenarios.contents(database, scenario) == before


@pytest.fixture
def orders(database):
    scenarios.create(database, SCENARIOS["bulk_approve_orders"])
    return database


NO_PENDING = """update "order" set status = 'cancelled' where status = 'pending'"""
NO_PERMISSION = "delete from permission"


@pytest.mark.parametrize(
    ("spoil", "failed", "holding"),
    [
        (NO_PENDING, ["COUNT(*) FILTER (WHERE status = 'pending') > 0"], ["CURRENT_USER_HAS_PERMISSION"]),
        (NO_PERMISSION, ["CURRENT_USER_HAS_PERMISSION('approve_orders')"], ["COUNT(*) FILTER"]),
        (f"{NO_PENDING}; {NO_PERMISSION}", ["COUNT(*) FILTER", "CURRENT_USER_HAS_PERMISSION"], []),
    ],
    ids=["nothing pending", "no permission", "neither"],
)
def test_each_precondition_that_does_not_hold_is_named(dbt, orders, spoil, failed, holding):
    orders.execute(spoil)
    result = dbt.run_operation("bulk_approve_orders", {"max_amount": 450}, check=False)
    assert result.exit_code == 1
    assert "these preconditions do not hold" in result.output
    assert all(text in result.output for text in failed)
    assert not any(text in result.output for text in holding)
    assert orders.value("select count(*) from batch_ops.runs") == 0


def test_more_orders_than_the_cap_are_refused(dbt, orders):
    orders.execute(
        """
        insert into "order"
        select n, 'pending', 1, null, null, 'more' from generate_series(1001, 1902) as n
        """
    )
    result = dbt.run_operation("bulk_approve_orders", {"max_amount": 450}, check=False)
    assert result.exit_code == 1
    assert "more than max_records = 1,000 rows match" in result.output


def test_an_order_that_came_after_the_plan_is_not_approved_unseen(dbt, orders):
    plan = dbt.run_operation("bulk_approve_orders", {"max_amount": 450})
    orders.execute("""insert into "order" values (9999, 'pending', 1, null, null, 'late')""")
    confirmed = dbt.run_operation(*CONFIRM.search(plan.output).groups(), check=False)
    assert confirmed.exit_code == 1
    assert "more rows match now than the 99" in confirmed.output
    assert orders.value("""select count(*) from "order" where approved_by = 42""") == 0


def test_a_row_that_ceased_to_match_after_the_plan_is_left_alone(dbt, orders):
    plan = dbt.run_operation("bulk_approve_orders", {"max_amount": 450})
    orders.execute("""update "order" set status = 'cancelled' where id = 6""")
    dbt.run_operation(*CONFIRM.search(plan.output).groups())
    assert orders.row("""select status, approved_by from "order" where id = 6""") == ("cancelled", None)
    assert orders.value("""select count(*) from "order" where approved_by = 42""") == 98


class TestTheDeployedFunction:
    """The document's manual test, with ids of users in place of its stand-ins."""

    @pytest.fixture
    def database(self, dbt, database):
        scenarios.create(database, SCENARIOS["bulk_update_user_status"])
        dbt.run_operation("dbt_batch_ops.deploy", {"operation": "bulk_update_user_status"})
        return database

    @pytest.fixture
    def ids(self, database):
        return [user for (user,) in database.rows("""select id::text from "user" order by id limit 3""")]

    def test_it_changes_the_users_that_it_is_given(self, database, ids):
        call, _ = manual_calls()
        result = _called(database, _filled(call, ids))
        assert (result["status"], result["total_records"], result["processed_records"]) == ("completed", 3, 3)
        active = """select id::text from "user" where id = any(%s::uuid[]) and status = 'active'"""
        assert {user for (user,) in database.rows(active, [ids])} == set(ids)

    def test_an_id_that_no_user_has_is_counted_and_changes_nothing(self, database):
        before = scenarios.contents(database, SCENARIOS["bulk_update_user_status"])
        _, call = manual_calls()
        result = _called(database, call.replace("invalid-uuid", "00000000-0000-0000-0000-00000000dead"))
        assert (result["status"], result["total_records"], result["processed_records"]) == ("completed", 1, 0)
        assert result["unknown_records"] == 1
        assert scenarios.contents(database, SCENARIOS["bulk_update_user_status"]) == before

    def test_an_id_that_is_no_uuid_is_refused_by_the_database(self, database):
        _, call = manual_calls()
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            _called(database, call)
        assert database.value("select count(*) from batch_ops.runs") == 0


def _filled(call, ids):
    for number, user in enumerate(ids, start=1):
        call = call.replace(f"user-{number}-uuid", user)
    return call


def _called(database, call):
    """Make one of the document's calls; returns the function's result by the names of its columns."""
    (result,) = database.rows(f"select to_jsonb(called.result) from ({call.rstrip(';')} as result) as called")
    return result[0]
