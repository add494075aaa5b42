"""Operations that ask before they start: what a user is shown, types and reads.

What becomes of a plan and of the rows that it was made for is in ``engine/test_confirmations.py``.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.selection.matrices import FULL
from support.tables.claims import create_claims, states


@pytest.fixture
def claims(database):
    create_claims(database, 100)
    return database


@pytest.fixture
def planned(engine, claims):
    """The id of a plan for 25 claims, of which nobody was told."""
    return engine.open("approve_claims", {"max_amount": 25})["operation_id"]


def plan(dbt, operation="approve_claims", **arguments):
    """Let an operation be planned; returns the plan's id and what was said."""
    said = dbt.run_operation(operation, arguments).output
    (operation_id,) = re.findall(r"--args '\{confirm: ([0-9a-f-]{36})\}'", said)
    return operation_id, said


def confirm(dbt, operation_id, operation="approve_claims", check=True, **arguments):
    return dbt.run_operation(operation, {"confirm": operation_id, **arguments}, check=check)


def assert_refused(dbt, claims, operation_id, why, **arguments):
    before = states(claims)
    result = confirm(dbt, operation_id, check=False, **arguments)
    assert result.exit_code == 1
    assert "approve_claims was not started; nothing was changed" in result.output
    assert why in result.output
    assert states(claims) == before


def test_the_first_call_shows_rows_batches_a_sample_and_the_sql_and_changes_nothing(dbt, claims):
    _, said = plan(dbt, max_amount=25)
    assert "approve_claims, planned; nothing was changed" in said
    assert "25 rows to change, staged in key order, in batches of 10 (3 batches)" in said
    assert re.search(r"^ +id +state +decided_at +amount$", said, re.MULTILINE)
    assert re.search(r"^ +1 +open +null +1", said, re.MULTILINE)
    assert "  with max_amount = 25" in said.splitlines()
    assert 'update "test"."public"."claim"' in said
    assert "within 1 h" in said or "within 60 min" in said
    assert states(claims) == {"open": 100}
    assert newest_run(claims).status == "planned"


def test_the_confirmation_starts_exactly_what_was_shown_with_its_parameters(dbt, claims):
    operation_id, _ = plan(dbt, max_amount=25)
    said = confirm(dbt, operation_id).output
    assert "completed: 25 rows in 3 batches" in said
    assert claims.value("select max(amount) from claim where state = 'approved'") == 25
    run = newest_run(claims)
    assert run.operation_id == operation_id
    assert_adds_up(run, 25)


def test_it_is_refused_a_second_time(dbt, engine, claims, planned):
    engine.confirm(planned, "approve_claims")
    engine.work_off(planned)
    assert_refused(dbt, claims, planned, "was confirmed already")


def test_it_is_refused_with_other_parameters_and_accepted_with_the_same(dbt, claims, planned):
    assert_refused(dbt, claims, planned, "was made with other parameters", max_amount=26)
    confirm(dbt, planned, max_amount=25)
    assert states(claims) == {"open": 75, "approved": 25}


def test_a_plan_cannot_be_gone_on_with_as_if_it_were_a_run(dbt, claims, planned):
    result = dbt.run_operation("approve_claims", {"operation_id": planned}, check=False)
    assert result.exit_code == 1
    assert f"--args '{{confirm: {planned}}}'" in result.output
    assert states(claims) == {"open": 100}


def test_a_plan_can_be_given_up(dbt, claims, planned):
    dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": planned})
    assert_refused(dbt, claims, planned, "is cancelled")


@FULL
def test_plans_stand_in_nobodys_way_but_only_one_of_them_runs_at_a_time(dbt, engine, claims, planned):
    first, second = planned, engine.open("approve_claims", {"max_amount": 50})["operation_id"]
    with ThreadPoolExecutor(2) as threads:
        processes = [dbt.start_operation("approve_claims", {"confirm": first}) for _ in range(2)]
        results = list(threads.map(lambda process: dbt.finish(process, check=False), processes))
    assert sorted(result.exit_code for result in results) == [0, 1]
    assert states(claims) == {"open": 75, "approved": 25}
    assert "completed: 25 rows" in confirm(dbt, second).output
    assert states(claims) == {"open": 50, "approved": 50}


def test_a_cap_that_stops_is_part_of_what_is_shown(dbt, claims):
    operation_id, said = plan(dbt, "approve_some_claims")
    assert "more rows match; this run changes the first 10: max_records" in said
    said = confirm(dbt, operation_id, "approve_some_claims").output
    assert "stopped at max_records = 10; more rows match" in said
    assert states(claims) == {"open": 90, "approved": 10}


def test_a_dry_run_leaves_no_plan(dbt, claims):
    before = ledger.contents(claims)
    said = dbt.run_operation("approve_claims", {"max_amount": 25, "dry_run": True}).output
    assert "dry run: nothing was changed" in said
    assert ledger.contents(claims) == before


def test_nothing_to_do_is_confirmed_as_well(dbt, claims):
    operation_id, said = plan(dbt, max_amount=0)
    assert "0 rows to change" in said
    assert "completed: 0 rows" in confirm(dbt, operation_id).output
