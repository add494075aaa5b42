"""SIGKILL for client or server at any moment: every row is changed once, and the ledger says how."""

import signal
import time
from uuid import uuid4

import pytest

from support.adapters.spark import (
    ACCOUNTS,
    assert_exactly_once,
    assert_ledger_is_behind_by_one_batch_at_most,
    hold,
    records_of,
)
from support.adapters.spark_client import Background, Gate
from support.selection.matrices import some, turns


def changed(account):
    return sum(row["v"] for row in account.rows())


def test_a_run_killed_at_random_moments_until_it_is_done_changes_every_row_once(
    project, dbt, account, random
):
    kills = 0
    while True:
        process = dbt.start_operation("add_one", project.arguments)
        # Any moment: opening, in a batch, between two. With each kill there is more time, so it ends.
        process.wait_for("Found ")
        deadline = time.monotonic() + random.uniform(0.5, 1.5 + kills * 0.3)
        while process.is_running and time.monotonic() < deadline:
            time.sleep(0.001)
        if not process.is_running:
            break
        process.kill()
        kills += 1
        assert_ledger_is_behind_by_one_batch_at_most(project, account)
    dbt.finish(process)
    assert kills > 2
    assert_exactly_once(project, account)


def test_killed_after_the_intent_and_before_the_statement_the_batch_is_done_once(project, dbt, account):
    hold(project, "add_one", "before 3").kill()
    assert changed(account) == 2 * 500
    output = dbt.run_operation("add_one", project.arguments).output
    assert "batch 3 was interrupted and changed nothing; it is done again" in output
    assert_exactly_once(project, account)


def test_killed_after_the_statement_and_before_its_end_is_recorded_the_log_tells_its_rows(
    project, dbt, account
):
    hold(project, "add_one", "after 3").kill()
    assert changed(account) == 3 * 500
    assert sum(records_of(project).values()) == 2 * 500
    output = dbt.run_operation("add_one", project.arguments).output
    assert "batch 3 was committed before the interruption: 500 rows" in output
    assert len(account.commits("/1/3;")) == 1
    assert_exactly_once(project, account)


def test_killed_again_where_it_went_on_the_run_still_does_every_batch_once(project, dbt, account):
    for moment in ("after 1", "before 2", "after 2", "before 3", "before 3"):
        hold(project, "add_one", moment).kill()
        assert_ledger_is_behind_by_one_batch_at_most(project, account)
    dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


def test_a_statement_that_outlives_its_client_is_fenced_off(project, dbt, account, client, tmp_path):
    hold(project, "add_one", "before 3").kill()
    # What the server would still be at, had the client been killed a moment later.
    gate = Gate(tmp_path / "gate")
    client.register_gate(gate)
    left_behind = Background(
        client,
        "update account set v = v + 1 where id > 999 and id <= 1499 and gate(id) = id"
        f" and 'batch_ops:{project.run_id()}/1/3;' is not null",
    )
    gate.wait_until_reached()
    going_on = hold(project, "add_one", "before 3")
    # The log was read: what it says is final, so whoever was at work must not commit any more.
    gate.open()
    assert left_behind.wait().error is not None
    going_on.kill()
    dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


def test_a_statement_that_commits_before_it_could_be_fenced_off_is_not_done_again(
    project, dbt, account, client
):
    hold(project, "add_one", "before 3").kill()
    client.run(
        "update account set v = v + 1 where id > 999 and id <= 1499"
        f" and 'batch_ops:{project.run_id()}/1/3;' is not null"
    )
    output = dbt.run_operation("add_one", project.arguments).output
    assert "batch 3 was committed before the interruption: 500 rows" in output
    assert_exactly_once(project, account)


@pytest.mark.parametrize("moment", ["before 3", "after 3"])
def test_a_server_that_is_killed_is_started_again_and_the_run_goes_on(project, dbt, account, sail, moment):
    process = hold(project, "add_one", moment)
    sail.kill()
    process.kill()
    sail.start()
    dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


def test_a_server_that_is_killed_amid_batches_leaves_every_row_changed_once_or_not(
    project, dbt, account, sail, random
):
    process = dbt.start_operation("add_one")
    process.wait_for(" rows/s")
    time.sleep(random.uniform(0, 1))
    sail.kill()
    # A client whose server is gone tries again for many minutes.
    process.kill()
    assert_ledger_is_behind_by_one_batch_at_most(project, account)
    sail.start()
    dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


def test_a_batch_whose_commit_the_log_no_longer_reaches_is_in_doubt_and_the_run_stops(
    project, dbt, account, client
):
    hold(project, "add_one", "after 3").kill()
    while not (checkpoints := sorted(account.log.glob("*.checkpoint.parquet"))):
        client.run("update account set name = 'another' where id = 1")
    # The server removes commits in front of a checkpoint when they are old.
    oldest = checkpoints[-1].name.split(".")[0]
    for file in account.commit_files():
        if file.stem < oldest:
            file.unlink()
    refused = dbt.run_operation("add_one", project.arguments, check=False)
    assert refused.exit_code != 0
    assert "nothing tells any more whether batch 3" in refused.output
    assert f"--args '{{operation_id: {project.run_id()}}}'" in refused.output
    assert project.status == "failed"
    doubted = [event for event in project.events("batch_events") if event["status"] == "in_doubt"]
    assert [event["batch_number"] for event in doubted] == [3]
    assert changed(account) == 3 * 500


@pytest.mark.parametrize("moment", ["before 3", "after 3"])
def test_a_command_that_was_suspended_while_another_went_on_with_its_run_does_no_further_batch(
    project, dbt, account, moment
):
    suspended = dbt.start("run-operation", "add_one", environment={"TEST_DAWDLE": moment})
    suspended.wait_for(f"dawdling {moment}")
    suspended.signal(signal.SIGSTOP)
    dbt.run_operation("add_one", project.arguments)
    suspended.signal(signal.SIGCONT)
    result = dbt.finish(suspended, check=False)
    assert result.exit_code != 0
    assert_exactly_once(project, account)


def test_a_statement_that_begins_too_late_changes_nothing_and_is_announced_again(project, dbt, account):
    within = "{batch_ops_statement_starts_within_seconds: 1}"
    dbt.run("run-operation", "add_one", "--vars", within, environment={"TEST_DAWDLE": "before 2"})
    intents = [
        event["batch_number"] for event in project.events("batch_events") if event["status"] == "intended"
    ]
    assert intents.count(1) == 1
    assert intents.count(2) > 1
    assert_exactly_once(project, account)


@turns(3, of_each_run=1)
def test_of_two_that_go_on_with_a_run_at_once_one_at_most_works(project, dbt, account, turn):
    hold(project, "add_one", "before 2").kill()
    both = [dbt.start_operation("add_one", project.arguments) for _ in range(2)]
    for process in both:
        dbt.finish(process, check=False)
    assert_ledger_is_behind_by_one_batch_at_most(project, account)
    if project.status != "completed":
        dbt.run_operation("add_one", project.arguments)
    assert_exactly_once(project, account)


@turns(3, of_each_run=1)
def test_of_two_starts_at_once_one_at_most_works(project, dbt, account, turn):
    dbt.run_operation("dbt_batch_ops.install")
    both = [dbt.start_operation("add_one") for _ in range(2)]
    results = [dbt.finish(process, check=False) for process in both]
    done = [result for result in results if result.exit_code == 0]
    for refused in results:
        assert refused.exit_code == 0 or "add_one was not started; nothing was changed" in refused.output
    assert len(done) <= 1
    assert changed(account) == (ACCOUNTS if done else 0)


def test_ranges_of_a_start_that_was_killed_before_it_was_a_run_are_not_those_of_the_next(
    project, dbt, account, client
):
    """A start with a chosen id, as a scheduler has it, and the same again."""
    run = str(uuid4())
    dbt.run_operation("dbt_batch_ops.install")
    ledger = project.tables / "ledger" / "batch_events"
    client.run(f"create table batch_events using delta location '{ledger}'")
    # One range more than the table has now, and other ends.
    for number, (lo, hi) in enumerate([("null", "'[\"99\"]'"), ("'[\"99\"]'", "'[\"9999\"]'")], start=1):
        client.run(
            f"insert into batch_events select '{run}' as operation_id, cast(1 as bigint) as step_number,"
            f" cast({number} as bigint) as batch_number, current_timestamp() as happened_at,"
            f" 'planned' as status, 'another' as token, {lo} as range_lo, {hi} as range_hi,"
            " cast(100 as bigint) as expected_records, cast(null as bigint) as records,"
            " cast(null as timestamp) as started_at,"
            " cast(null as double) as seconds, cast(null as bigint) as table_version,"
            " cast(null as timestamp) as valid_until"
        )
    dbt.run("run-operation", "add_one", environment={"DBT_BATCH_OPS_OPERATION_ID": run})
    assert sorted(records_of(project)) == [(run, 1, number) for number in range(1, 9)]
    assert_exactly_once(project, account)


@pytest.mark.parametrize("moment", some(["before 1", "after 1", "after 2"], "before 1", "after 2"))
def test_a_run_over_what_an_earlier_step_has_found_goes_on_with_just_that(
    project, dbt, account, client, moment
):
    # The select has no statement to stop at, so these are batches of the step after it.
    hold(project, "add_one_to_found", moment).kill()
    client.run("insert into account select id + 10000, v, name, amount, seen_at from account where v = 0")
    dbt.run_operation("add_one_to_found", project.arguments)
    rows = account.rows()
    even = [row["v"] for row in rows if row["id"] < 10_000 and row["id"] % 2 == 0]
    assert even == [1] * (ACCOUNTS // 2 - 50)
    assert {row["v"] for row in rows if row["id"] >= 10_000 or row["id"] % 2} == {0}
    records = records_of(project)
    assert [sum(n for (_, step, _), n in records.items() if step == number) for number in (1, 2, 3)] == [
        ACCOUNTS // 2,
        ACCOUNTS // 2,
        50,
    ]
