"""What a spec says about logging, metrics and notifications."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Diagnose = Callable[[str], list[str]]
User = Callable[..., str]

UPDATE = "operation_type: update\nupdate_data: {status: x}\n"


def messages(diagnose: Diagnose, user: User, keys: str) -> list[str]:
    return diagnose(user(UPDATE + keys))


def test_progress_tracking_cannot_be_switched_off(diagnose: Diagnose, user: User) -> None:
    (message,) = messages(diagnose, user, "progress_tracking: false")
    assert "warning: " not in message
    assert "progress is always recorded, because a run is resumed by it" in message


def test_a_message_may_name_every_fact(diagnose: Diagnose, user: User) -> None:
    from dbt_batch_ops.spec.watching import MESSAGE_FIELDS

    text = " ".join("{" + name + "}" for name in MESSAGE_FIELDS)
    assert messages(diagnose, user, f"notify_on_completion: true\nnotification_message: '{text}'") == []


def test_an_unknown_field_of_a_message_is_refused_with_the_nearest_one(
    diagnose: Diagnose, user: User
) -> None:
    (message,) = messages(
        diagnose, user, "notify_on_completion: true\nnotification_message: 'Did {processed_record} rows'"
    )
    assert "the unknown field '{processed_record}'; did you mean 'processed_records'?" in message


def test_every_unknown_field_is_reported_once(diagnose: Diagnose, user: User) -> None:
    found = messages(
        diagnose, user, "notify_on_completion: true\nnotification_message: '{xyzzy} {plugh} {xyzzy}'"
    )
    assert len(found) == 2
    assert all("there are operation, operation_id, " in message for message in found)


def test_braces_without_a_name_are_text(diagnose: Diagnose, user: User) -> None:
    keys = "notify_on_completion: true\nnotification_message: 'done {} { } {{ }} {a b}'"
    assert messages(diagnose, user, keys) == []


@pytest.mark.parametrize(
    ("keys", "advice"),
    [
        ("notification_message: done", "write 'notify_on_completion: true'"),
        ("notify_on_completion: false\nnotification_message: done", "write 'notify_on_completion: true'"),
        ("notification_channels: [email]", "or a 'progress_notification_interval'"),
        ("metrics_table: user_metrics", "write 'collect_metrics: true'"),
        (
            "progress_notification_interval: 5\nerror_handling: rollback_on_any_error",
            "nothing can be told of it before it ends",
        ),
    ],
)
def test_what_has_no_effect_alone_gets_a_warning(
    keys: str, advice: str, diagnose: Diagnose, user: User
) -> None:
    (message,) = messages(diagnose, user, keys)
    assert "warning: " in message
    assert advice in message


def test_progress_may_be_told_without_the_end(diagnose: Diagnose, user: User) -> None:
    keys = "progress_notification_interval: 1000\nnotification_channels: [webhook]"
    assert messages(diagnose, user, keys) == []


@pytest.mark.parametrize(
    ("key", "taken", "own"),
    [
        ("log_table", "batch_performance_metrics", "batch_operation_logs"),
        ("log_table", "batch_operations", "batch_operation_logs"),
        ("metrics_table", "batch_operation_logs", "batch_performance_metrics"),
    ],
)
def test_a_table_cannot_have_the_name_of_another_model_of_the_package(
    key: str, taken: str, own: str, diagnose: Diagnose, user: User
) -> None:
    (message,) = messages(diagnose, user, f"collect_metrics: true\n{key}: {taken}")
    assert f"'{taken}' is another model of the package; name this one '{own}'" in message
