"""The tests that alert: of runs that nobody works on or that end late, of many errors, of messages that stay.

What is told of is made of the ledger of real runs, in a transaction that is rolled back.
"""

import pytest

from support.monitoring.ledger_damage import Damage, run

HEARTBEATS, LIVE, RATE = "heartbeats_fresh", "finished_runs_have_no_live_worker", "error_rate_within_limits"
FAILED, TIME, MESSAGES = "no_recently_failed_runs", "runs_end_in_time", "notifications_delivered"
FILL, LABEL, BREAK = "fill_jars", "label_jars", "break_jars"

RUNNING = "update batch_ops.runs set status = 'running', completed_at = null, closed_at = null where {run};"
# Its worker is this very session.
WORKS = """
update batch_ops.workers
set
    pid = pg_backend_pid(),
    backend_start = (select backend_start from pg_stat_activity where pid = pg_backend_pid()),
    ended_at = null
where {run};
"""
SEEN = "update batch_ops.workers set heartbeat_at = clock_timestamp() - interval '{}' where {{run}};"
ENDED = "update batch_ops.runs set completed_at = clock_timestamp() - interval '{}' where {{run}};"
SLOW = (
    "update batch_ops.batches set started_at = completed_at - interval '3 minutes' "
    "where {run} and batch_number = 1;"
)
COORDINATED = """
insert into batch_ops.workers (operation_id, pid, backend_start, role)
select operation_id, pid, backend_start - interval '1 s', 'coordinator' from batch_ops.workers where {run};
"""
MESSAGE = """
insert into batch_ops.notifications (operation_id, event, channels, subject, message, payload, created_at)
select pg_temp.run('fill_jars'), 'ended', '{channels}', 'x', 'x', '{{}}', now() - interval '{age}';
"""
TRIED = """
insert into batch_ops.deliveries (notification_id, channel, attempts, last_error{column})
select notification_id, 'email', 3, 'refused'{value} from batch_ops.notifications;
"""


def message(channels="{email}", age="1 hour", more=""):
    return (
        MESSAGE.replace("{channels}", channels.replace("{", "{{").replace("}", "}}")).replace("{age}", age)
        + more
    )


def tried(column="", value=""):
    return TRIED.replace("{column}", column and f", {column}").replace("{value}", value and f", {value}")


TOLD = [
    # --- heartbeats_fresh ---
    Damage(
        HEARTBEATS,
        FILL,
        RUNNING + SEEN.format("1 minute"),
        "it is interrupted: nobody works on it",
        row={"level": "error", "expected": "a session"},
    ),
    Damage(
        HEARTBEATS,
        FILL,
        RUNNING + "delete from batch_ops.workers where {run}",
        "it is interrupted: nobody works on it",
        row={"found": "no session at all"},
    ),
    Damage(
        HEARTBEATS,
        FILL,
        RUNNING + WORKS + SEEN.format("6 minutes"),
        "no sign of life from those who work on it",
        row={"level": "warn", "expected": "one within 00:05:00"},
    ),
    Damage(
        HEARTBEATS,
        FILL,
        RUNNING + SLOW + WORKS + SEEN.format("10 minutes"),
        "no sign of life from those who work on it",
        row={"expected": "one within 00:09:00"},
    ),
    # --- finished_runs_have_no_live_worker ---
    *(
        Damage(
            LIVE,
            FILL,
            WORKS
            + ENDED.format("6 minutes")
            + f"update batch_ops.runs set status = '{status}' where {{run}}",
            f"it is {status}, and a session still works on it",
        )
        for status in ("completed", "failed", "timed_out", "cancelled")
    ),
    # --- error_rate_within_limits ---
    run(
        RATE,
        FILL,
        "processed_records = 150",
        "too large a share of its rows failed",
        row={"level": "warn", "found": "2 of 152 (1.32 %)", "expected": "1.0 % at most"},
    ),
    Damage(
        RATE,
        FILL,
        "insert into batch_ops.errors (operation_id, step_number, kind, sqlstate, error_message, row_number)"
        "select pg_temp.run('fill_jars'), 1, 'row', '23514', 'bad', n from generate_series(1, 200) as n",
        "too large a share of its rows failed",
        row={"level": "error", "found": "202 of 1200 (16.83 %)", "expected": "10.0 % at most"},
    ),
    # --- no_recently_failed_runs ---
    Damage(
        FAILED,
        BREAK,
        ENDED.format("1 day"),
        "it is failed",
        row={"expected": "completed"},
    ),
    run(FAILED, LABEL, "status = 'timed_out', closed_at = null", "it is timed out"),
    run(FAILED, LABEL, "status = 'blocked', closed_at = null", "it is blocked"),
    # --- runs_end_in_time ---
    Damage(
        TIME,
        FILL,
        RUNNING + WORKS + "update batch_ops.runs set deadline_at = now() - interval '6 minutes' where {run}",
        "its time is over, and it is running",
    ),
    Damage(
        TIME,
        FILL,
        RUNNING + "update batch_ops.runs set deadline_at = now() - interval '6 minutes' where {run}",
        "its time is over, and it is interrupted",
    ),
    run(
        TIME,
        BREAK,
        "status = 'blocked', deadline_at = now() - interval '6 minutes'",
        "its time is over, and it is blocked",
    ),
    # --- notifications_delivered ---
    Damage(MESSAGES, FILL, message(), "a message was not delivered: ended, email"),
    Damage(MESSAGES, FILL, message("{email,webhook}"), "not delivered: ended, webhook", rows=2),
    Damage(MESSAGES, FILL, message(more=tried()), "not delivered: ended, email"),
    Damage(MESSAGES, FILL, message("{}", more=tried()), "not delivered: ended, email"),
    Damage(
        MESSAGES,
        FILL,
        message(more=tried("gave_up_at", "now()")),
        "a message was given up: ended, email",
    ),
    Damage(
        MESSAGES,
        FILL,
        message("{}", "2 hours", tried("delivered_at", "now()")) + message("{}"),
        "not delivered: ended, no channel",
    ),
]

QUIET = {
    "a run whose session is there and was seen lately": (
        HEARTBEATS,
        RUNNING + WORKS + SEEN.format("4 minutes"),
    ),
    "a run that was interrupted a moment ago": (HEARTBEATS, RUNNING + SEEN.format("29 seconds")),
    "a silent run whose batches take their time": (
        HEARTBEATS,
        RUNNING + SLOW + WORKS + SEEN.format("8 minutes"),
    ),
    "a silent run that is one transaction": (
        HEARTBEATS,
        RUNNING
        + WORKS
        + SEEN.format("9 hours")
        + "update batch_ops.runs set error_handling = 'rollback_on_any_error' where {run}",
    ),
    "an interrupted run that is asked to pause": (
        HEARTBEATS,
        RUNNING + SEEN.format("9 hours") + "update batch_ops.runs set pause_requested_at = now() where {run}",
    ),
    "a paused run": (
        HEARTBEATS,
        RUNNING + SEEN.format("9 hours") + "update batch_ops.runs set status = 'paused' where {run}",
    ),
    "a session that learns in a moment that its run has ended": (LIVE, WORKS + ENDED.format("4 minutes")),
    "a session that has ended": (
        LIVE,
        WORKS + ENDED.format("1 day") + "update batch_ops.workers set ended_at = now() where {run}",
    ),
    "another session with the number of a dead one": (
        LIVE,
        WORKS
        + ENDED.format("1 day")
        + "update batch_ops.workers set backend_start = '2020-01-01' where {run}",
    ),
    "too few rows to speak of a share": (
        RATE,
        "update batch_ops.runs set processed_records = 97 where {run}",
    ),
    "many errors long ago": (
        RATE,
        "update batch_ops.runs set processed_records = 150 where {run};" + ENDED.format("49 hours"),
    ),
    "a failed run that a later one has made good": (
        FAILED,
        ENDED.format("1 minute")
        + "update batch_ops.runs set status = 'failed', started_at = now() - interval '1 hour', "
        "target = (select target from batch_ops.runs where operation_id = pg_temp.run('label_jars')), "
        "operation = 'label_jars' where {run}",
    ),
    "a run whose time is over for a moment": (
        TIME,
        RUNNING + WORKS + "update batch_ops.runs set deadline_at = now() - interval '4 minutes' where {run}",
    ),
    "a run that has ended too late": (
        TIME,
        "update batch_ops.runs set deadline_at = now() - interval '4 days' where {run}",
    ),
    "a message of this moment": (MESSAGES, message(age="14 minutes")),
    "a message that was delivered": (MESSAGES, message(more=tried("delivered_at", "now()"))),
    "a message that was given up long ago": (
        MESSAGES,
        message(more=tried("gave_up_at", "now() - interval '3 days'")),
    ),
    "a message for whoever delivers, where nobody does": (MESSAGES, message("{}")),
}


def test_each_alert_is_tested(tests):
    assert {damage.test for damage in TOLD} | {
        "ranges_tile",
        "one_terminal_state_per_batch",
        "batch_rows_add_up",
        "failed_rows_are_recorded",
        "no_row_failed_and_changed",
        "errors_within_limits",
    } == set(tests.names)


@pytest.mark.parametrize("damage", TOLD, ids=str)
def test_it_is_told_of_with_the_run(tests, session, runs, damage):
    damage.do(session)
    found = tests.findings(session, damage.test)
    assert damage.is_told_by(found, runs), found


@pytest.mark.parametrize("case", QUIET)
def test_no_alarm_for(tests, session, case):
    test, sql = QUIET[case]
    Damage(test, FILL, sql, "").do(session)
    assert tests.findings(session, test) == []


def test_a_coordinator_is_no_sign_of_life_of_those_that_it_feeds(tests, session):
    silent = RUNNING + WORKS + SEEN.format("9 hours") + COORDINATED
    Damage(HEARTBEATS, FILL, silent, "").do(session)
    (found,) = tests.findings(session, HEARTBEATS)
    assert "no sign of life" in found["problem"]
