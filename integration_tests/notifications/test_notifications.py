"""What a run tells of itself: which messages wait in the outbox, and what they say."""

import pytest

from support.database.database import Database
from support.engine.account_runs import Run
from support.notifications.notifications import Notification, events, notifications
from support.tables.items import create_items


@pytest.fixture
def told(dbt, database):
    """What a run over 250 items has told."""
    create_items(database, 250)
    dbt.run_operation("touch_items_and_tell")
    return notifications(database)


def test_start_and_end_of_a_run_are_told(told):
    assert [told[0].event, told[-1].event] == ["started", "ended"]


def test_the_start_says_what_there_is_to_do(told):
    assert told[0].subject == "touch_items_and_tell started"
    assert told[0].message == "touch_items_and_tell has about 250 rows to do."


def test_the_message_of_the_end_is_that_of_the_spec_with_its_fields_filled(told):
    assert told[-1].subject == "touch_items_and_tell completed"
    assert told[-1].message == "completed: 250 of 250 items"


def test_a_program_reads_the_facts(told, database):
    run = Run.newest(database)
    payload = told[-1].payload
    assert payload["notification_id"] == told[-1].id
    assert payload["operation_id"] == run.id
    assert payload["description"] == "Count every item once"
    assert payload["target"] == '"test"."public"."item"'
    assert (payload["processed_records"], payload["batch_count"], payload["error_count"]) == (250, 25, 0)
    assert payload["seconds"] > 0
    assert payload["completed_at"] >= payload["started_at"]


def test_what_is_told_is_for_the_channels_of_the_spec(told):
    assert {tuple(notification.channels) for notification in told} == {("webhook",)}


def test_a_spec_that_says_nothing_tells_nothing(dbt, database):
    create_items(database, 20)
    dbt.run_operation("touch_items_by_7")
    assert notifications(database) == []


def test_a_run_with_nothing_to_do_tells_its_end_alone(dbt, database):
    create_items(database, 0)
    dbt.run_operation("touch_items_and_tell")
    (only,) = notifications(database)
    assert (only.event, only.message) == ("ended", "completed: 0 of 0 items")


def test_a_run_that_is_refused_tells_nothing(dbt, database):
    create_items(database, 20)
    dbt.run_operation("touch_items_and_tell", {"unknown": 1}, check=False)
    assert notifications(database) == []


def test_a_dry_run_tells_nothing(dbt, database):
    create_items(database, 20)
    dbt.run_operation("touch_items_and_tell", {"dry_run": True})
    assert notifications(database) == []


def refuse(database: Database, identifier: int) -> None:
    """Let an item accept no change."""
    database.execute(f"alter table item add constraint fixed check (id <> {identifier} or touched = 0)")


def test_a_failed_run_says_so(dbt, database):
    create_items(database, 50)
    refuse(database, 25)
    dbt.run_operation("touch_items_and_tell", check=False)
    end = notifications(database)[-1]
    assert end.subject == "touch_items_and_tell failed"
    assert (end.payload["status"], end.payload["processed_records"]) == ("failed", 20)


def test_a_run_that_goes_on_tells_its_second_end_too(dbt, database):
    create_items(database, 50)
    refuse(database, 25)
    dbt.run_operation("touch_items_and_tell", check=False)
    database.execute("alter table item drop constraint fixed")
    dbt.run_operation("touch_items_and_tell", {"operation_id": Run.newest(database).id})
    assert [n.payload["status"] for n in notifications(database) if n.event == "ended"] == [
        "failed",
        "completed",
    ]


def test_a_run_that_is_one_transaction_tells_its_end(dbt, database):
    create_items(database, 50)
    dbt.run_operation("touch_items_at_once_and_tell")
    (only,) = notifications(database)
    assert only.message == "touch_items_at_once_and_tell completed: 50 rows are done."


def test_a_run_that_was_undone_tells_that_nothing_is_done(dbt, database):
    create_items(database, 50)
    refuse(database, 25)
    dbt.run_operation("touch_items_at_once_and_tell", check=False)
    (only,) = notifications(database)
    assert only.message == "touch_items_at_once_and_tell failed: 0 rows are done."


def test_a_plan_tells_nothing_before_it_is_confirmed(dbt, database):
    create_items(database, 50)
    dbt.run_operation("touch_rare_items_and_ask")
    assert notifications(database) == []
    dbt.run_operation("touch_rare_items_and_ask", {"confirm": Run.newest(database).id})
    assert events(database) == ["started", "ended"]


def test_a_plan_that_expires_tells_nothing(dbt, database):
    create_items(database, 50)
    dbt.run_operation("touch_rare_items_and_ask")
    database.execute("update batch_ops.runs set confirm_before = now() - interval '1 second'")
    database.execute("select batch_ops.drop_expired_plans()")
    assert Run.newest(database).status == "cancelled"
    assert notifications(database) == []


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{status}", "completed"),
        ("{a}{status}{}", "{a}completed{}"),
        ("{{status}}", "{completed}"),
        ("{operation} {stop_reason}!", "{status} !"),
        ("", ""),
    ],
)
def test_a_message_is_filled_in_one_pass(database, template, filled):
    said = database.value(
        """
        select coalesce(batch_ops.fill_message(
            %s, '{"status": "completed", "operation": "{status}", "stop_reason": null}'
        ), '')
        """,
        [template],
    )
    assert said == filled


def test_purging_a_run_takes_its_messages_along(dbt, told, database):
    dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
    assert notifications(database) == []


def test_batches_of_a_measured_run_have_what_they_cost(dbt, told, database):
    wal, waits = database.row(
        "select min(wal_bytes), min(extract(epoch from lock_wait)) from batch_ops.batches"
    )
    # Ten rows of more than 60 bytes were written.
    assert wal > 600
    assert waits >= 0


def test_batches_of_other_runs_are_not_measured(dbt, database):
    create_items(database, 20)
    dbt.run_operation("touch_items_by_7")
    assert database.row("select max(wal_bytes), max(lock_wait) from batch_ops.batches") == (None, None)


def _one_line(notification: Notification) -> bool:
    return "\n" not in notification.subject


def test_a_subject_is_one_line(told):
    assert all(map(_one_line, told))
