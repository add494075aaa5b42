"""Plans that wait for a confirmation: the plan that was shown is what runs, or nothing does."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.engine import protocol
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.rendering import RefusedError
from support.tables.claims import create_claims, states

NO_RUN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def claims(database):
    create_claims(database, 100)
    return database


@pytest.fixture
def plan(engine, claims):
    """Let an operation be planned; gives the plan's id."""

    def plan(operation="approve_claims", **arguments):
        summary = engine.open(operation, arguments)
        assert summary["status"] == "planned"
        return summary["operation_id"]

    return plan


@pytest.fixture
def confirm(engine):
    """Confirm a plan and work it off; gives the run's summary."""

    def confirm(operation_id, operation="approve_claims", **arguments):
        summary = engine.confirm(operation_id, operation, arguments)
        if not summary["is_closed"]:
            summary = engine.work_off(operation_id)
        assert summary["status"] == "completed"
        return summary

    return confirm


@pytest.fixture
def assert_refused(claims, confirm):
    def assert_refused(operation_id, why, **arguments):
        before = states(claims)
        with pytest.raises(RefusedError) as refused:
            confirm(operation_id, **arguments)
        assert why in str(refused.value)
        assert states(claims) == before

    return assert_refused


def test_a_plan_has_changed_nothing(claims, plan):
    plan(max_amount=25)
    assert states(claims) == {"open": 100}
    assert newest_run(claims).status == "planned"


def test_the_confirmation_starts_exactly_what_was_shown_with_its_parameters(claims, plan, confirm):
    operation_id = plan(max_amount=25)
    summary = confirm(operation_id)
    assert (summary["processed_records"], summary["batch_count"]) == (25, 3)
    assert claims.value("select max(amount) from claim where state = 'approved'") == 25
    run = newest_run(claims)
    assert run.operation_id == operation_id
    assert_adds_up(run, 25)


def test_a_row_that_ceased_to_match_is_left_alone(claims, plan, confirm):
    operation_id = plan(max_amount=25)
    claims.execute("update claim set state = 'refused' where id = 7")
    assert confirm(operation_id)["processed_records"] == 24
    assert states(claims) == {"open": 75, "approved": 24, "refused": 1}


def test_a_row_that_matches_instead_of_another_is_not_changed(claims, plan, confirm):
    operation_id = plan(max_amount=25)
    claims.execute(
        "update claim set state = 'refused' where id = 7; update claim set amount = 1 where id = 90"
    )
    confirm(operation_id)
    assert claims.value("select state from claim where id = 90") == "open"


def test_it_is_refused_when_more_rows_match_than_were_shown(claims, plan, assert_refused):
    operation_id = plan(max_amount=25)
    claims.execute("update claim set amount = 1 where id = 90")
    assert_refused(operation_id, "more rows match now than the 25 that plan")


def test_it_is_refused_when_it_expired_and_the_next_plan_takes_it_away(claims, plan, assert_refused):
    operation_id = plan(max_amount=25)
    claims.execute("update batch_ops.runs set confirm_before = clock_timestamp() - interval '1 second'")
    assert_refused(operation_id, "expired at")
    plan(max_amount=30)
    assert (
        claims.value(f"select status from batch_ops.runs where operation_id = '{operation_id}'")
        == "cancelled"
    )
    staged = "select count(*) from pg_class where relname like 'staged%%' and relkind = 'r'"
    assert claims.value(staged) == 1


def test_it_is_refused_a_second_time(plan, confirm, assert_refused):
    operation_id = plan(max_amount=25)
    confirm(operation_id)
    assert_refused(operation_id, "was confirmed already")


def test_it_is_refused_with_other_parameters_and_accepted_with_the_same(
    claims, plan, confirm, assert_refused
):
    operation_id = plan(max_amount=25)
    assert_refused(operation_id, "was made with other parameters", max_amount=26)
    confirm(operation_id, max_amount=25)
    assert states(claims) == {"open": 75, "approved": 25}


def test_it_is_refused_for_another_operation_and_for_no_plan(plan, assert_refused):
    operation_id = plan("approve_some_claims")
    assert_refused(operation_id, "is one of approve_some_claims")
    assert_refused(NO_RUN, "there is no plan")


def test_a_plan_cannot_be_gone_on_with_as_if_it_were_a_run(engine, claims, plan):
    operation_id = plan(max_amount=25)
    said = engine.refusal("approve_claims", {"operation_id": operation_id})
    assert f"--args '{{confirm: {operation_id}}}'" in said
    assert states(claims) == {"open": 100}


def test_a_plan_can_be_given_up(engine, plan, assert_refused):
    operation_id = plan(max_amount=25)
    engine.cancel(operation_id)
    assert_refused(operation_id, "is cancelled")


def test_plans_stand_in_nobodys_way_but_only_one_of_them_runs_at_a_time(engine, claims, plan, confirm):
    description = engine.request("approve_claims", {"max_amount": 25})["description"]
    first, second = plan(max_amount=25), plan(max_amount=50)

    def confirm_first(_):
        with claims.session() as session, session.cursor() as cursor:
            answer = protocol.confirm_run(cursor, first, description, {})
            if answer["status"] != "refused":
                protocol.work_off(cursor, first)
            return answer["status"]

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(confirm_first, range(2))) == ["refused", "running"]
    assert states(claims) == {"open": 75, "approved": 25}
    assert confirm(second)["processed_records"] == 25
    assert states(claims) == {"open": 50, "approved": 50}


def test_a_plan_of_another_role_is_refused(claims, plan, assert_refused):
    operation_id = plan(max_amount=25)
    claims.execute(f"update batch_ops.runs set run_as = 'somebody' where operation_id = '{operation_id}'")
    assert_refused(operation_id, "was made by role somebody")


def test_a_cap_that_stops_is_part_of_the_plan(claims, plan, confirm):
    confirm(plan("approve_some_claims"), "approve_some_claims")
    assert states(claims) == {"open": 90, "approved": 10}


def test_nothing_to_do_is_confirmed_as_well(plan, confirm):
    assert confirm(plan(max_amount=0))["processed_records"] == 0
