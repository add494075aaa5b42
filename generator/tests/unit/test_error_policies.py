"""What a spec says about errors and retries, and what the package is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_batch_ops.plan.model import OperationPlan

UPDATE = "operation_type: update\nupdate_data: {status: x}\n"
IMPORT = "data_source: :rows\ninsert_data: {email: :row.email}\n"
CALL = "operation_type: custom_function\nfunction: f\n"
POLICIES = ("stop_on_error", "continue_on_error", "collect_errors", "rollback_on_any_error")
GO_ON = ("continue_on_error", "collect_errors")


def described(plan: OperationPlan, call: Callable[..., Any]) -> dict[str, Any]:
    """The description of an operation, as the package gets it."""
    description = call(plan, f"{plan.name}__definition", plan.steps[0])["description"]
    assert isinstance(description, dict)
    return description


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_is_taken_without_a_word_and_told_to_the_package(
    policy: str,
    plan: Callable[[str], OperationPlan],
    diagnose: Callable[[str], list[str]],
    user: Callable[..., str],
    call: Callable[..., Any],
) -> None:
    spec = user(UPDATE + f"error_handling: {policy}\nrequires_confirmation: true\ntimeout: 1 hour")
    assert diagnose(spec) == []
    assert described(plan(spec), call)["error_handling"] == policy


def test_without_a_word_a_run_stops_at_an_error_after_five_retries(
    plan: Callable[[str], OperationPlan], user: Callable[..., str], call: Callable[..., Any]
) -> None:
    description = described(plan(user(UPDATE)), call)
    assert description["error_handling"] == "stop_on_error"
    assert description["max_retries"] == 5
    assert description["max_errors"] is None
    assert description["redact"] == []


@pytest.mark.parametrize("retries", [0, 1, 7])
def test_a_batch_is_tried_again_as_often_as_the_spec_says(
    retries: int, plan: Callable[[str], OperationPlan], user: Callable[..., str], call: Callable[..., Any]
) -> None:
    assert described(plan(user(UPDATE + f"max_retries: {retries}")), call)["max_retries"] == retries


@pytest.mark.parametrize("policy", GO_ON)
def test_the_limit_of_errors_holds_where_a_run_goes_on_after_an_error(
    policy: str,
    plan: Callable[[str], OperationPlan],
    diagnose: Callable[[str], list[str]],
    user: Callable[..., str],
) -> None:
    spec = user(UPDATE + f"error_handling: {policy}\nmax_errors: 0")
    assert diagnose(spec) == []
    assert plan(spec).max_errors == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_the_limit_of_errors_holds_under_every_policy_where_invalid_rows_are_left_out(
    policy: str,
    plan: Callable[[str], OperationPlan],
    diagnose: Callable[[str], list[str]],
    user: Callable[..., str],
) -> None:
    spec = user(IMPORT + f"skip_invalid_rows: true\nerror_handling: {policy}\nmax_errors: 9")
    assert diagnose(spec) == []
    assert plan(spec).max_errors == 9


@pytest.mark.parametrize(
    "lines", ["", "error_handling: stop_on_error\n", "error_handling: rollback_on_any_error\n"]
)
def test_a_limit_of_errors_where_the_first_one_ends_the_run_limits_nothing(
    lines: str,
    plan: Callable[[str], OperationPlan],
    diagnose: Callable[[str], list[str]],
    user: Callable[..., str],
) -> None:
    spec = user(UPDATE + lines + "max_errors: 5")
    (message,) = diagnose(spec)
    assert "warning: `max_errors` counts failed rows, and there is nothing that it limits" in message
    assert plan(spec).max_errors is None


@pytest.mark.parametrize("limit", ["max_errors", "max_errors_per_worker"])
@pytest.mark.parametrize("wrong", ["error_handling: continue", "skip_invalid_rows: yes"])
def test_a_limit_of_errors_is_not_blamed_for_a_mistake_in_another_key(
    wrong: str, limit: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(IMPORT + wrong + f"\n{limit}: 5"))
    assert "max_errors" not in message


@pytest.mark.parametrize(
    "counting",
    ["error_handling: continue_on_error", "error_handling: collect_errors", "skip_invalid_rows: true"],
)
def test_the_limit_of_a_worker_counts_for_the_run_and_the_smaller_one_holds(
    counting: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    own = IMPORT + counting + "\nmax_errors_per_worker: 5\n"
    assert plan(user(own)).max_errors == 5
    assert plan(user(own + "max_errors: 3")).max_errors == 3
    assert plan(user(own + "max_errors: 8")).max_errors == 5


def test_the_limit_of_a_worker_means_nothing_where_the_first_error_ends_the_run(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    assert plan(user(UPDATE + "max_errors_per_worker: 5")).max_errors is None


@pytest.mark.parametrize(
    ("line", "told"), [("", False), ("idempotent: false", False), ("idempotent: true", True)]
)
def test_whether_a_function_may_be_called_again_is_told_of_its_step(
    line: str,
    told: bool,
    plan: Callable[[str], OperationPlan],
    diagnose: Callable[[str], list[str]],
    user: Callable[..., str],
    call: Callable[..., Any],
) -> None:
    assert diagnose(user(CALL + line)) == []
    (step,) = described(plan(user(CALL + line)), call)["steps"]
    assert step["idempotent"] is told


def test_nothing_is_told_of_calling_again_what_calls_nothing(
    plan: Callable[[str], OperationPlan], user: Callable[..., str], call: Callable[..., Any]
) -> None:
    (step,) = described(plan(user(UPDATE)), call)["steps"]
    assert "idempotent" not in step


def test_an_update_is_not_called_idempotent(
    diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(UPDATE + "idempotent: true"))
    assert message.endswith("'idempotent' has no meaning for an update; remove it")
