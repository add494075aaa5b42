"""How many workers an operation may have, and what limits each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.plan.fingerprint import fingerprint
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.spec.read import read_specs


def plan(tmp_path: Any, **keys: Any) -> OperationPlan:
    operation = {"name": "batch_operations", "operation": "x", "operation_type": "update"}
    operation |= {"update_data": {"status": "x"}, **keys}
    entity = {"name": "user", "fields": {"id": "uuid", "status": "text"}, "patterns": [operation]}
    path = tmp_path / "spec.yml"
    path.write_text(yaml.safe_dump(entity))
    (built,) = build_plans(read_specs([(path, "spec.yml")]))
    return built


@pytest.mark.parametrize(
    ("keys", "workers"),
    [
        ({}, 1),
        ({"max_workers": 8}, 1),
        ({"parallel": False, "max_workers": 8}, 1),
        ({"parallel": True}, 4),
        ({"parallel": True, "max_workers": 8}, 8),
        ({"parallel": True, "error_handling": "rollback_on_any_error"}, 1),
    ],
)
def test_workers_are_those_of_the_spec_four_by_default_and_one_in_one_transaction(
    tmp_path: Any, keys: dict[str, Any], workers: int
) -> None:
    assert plan(tmp_path, **keys).max_workers == workers


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ({"worker_batch_size": 250, "batch_size": 500}, 500),
        ({"parallel": True, "worker_batch_size": 250, "batch_size": 500}, 250),
        ({"parallel": True, "batch_size": 500}, 500),
        ({"parallel": True}, 1000),
    ],
)
def test_the_batch_of_a_worker_takes_the_place_of_the_batch_in_parallel(
    tmp_path: Any, keys: dict[str, Any], size: int
) -> None:
    built = plan(tmp_path, **keys)
    assert (built.batch_size, built.steps[0].batch_size) == (size, size)


@pytest.mark.parametrize(
    ("keys", "of_run", "of_worker"),
    [
        ({"parallel": True, "error_handling": "collect_errors"}, 100, 5),
        ({"parallel": False, "error_handling": "collect_errors"}, 5, None),
        ({"parallel": True, "max_workers": 1, "error_handling": "collect_errors"}, 5, None),
        ({"parallel": True, "error_handling": "stop_on_error"}, None, None),
    ],
)
def test_the_limit_of_a_worker_is_one_of_the_run_where_only_one_works(
    tmp_path: Any, keys: dict[str, Any], of_run: int | None, of_worker: int | None
) -> None:
    built = plan(tmp_path, max_errors=100, max_errors_per_worker=5, **keys)
    assert (built.max_errors, built.max_errors_per_worker) == (of_run, of_worker)


def test_how_many_work_on_a_run_may_change_before_it_goes_on(tmp_path: Any) -> None:
    built = plan(tmp_path, parallel=True)
    other = replace(built, max_workers=8, heartbeat_seconds=60, max_errors_per_worker=1)
    assert fingerprint(other) == fingerprint(built)


def test_a_broken_switch_is_one_mistake(diagnose: Callable[[str], list[str]]) -> None:
    operation = {"name": "batch_operations", "operation": "x", "operation_type": "update"}
    operation |= {"update_data": {"status": "x"}, "parallel": "maybe", "max_workers": 4}
    entity = {"name": "user", "fields": {"id": "uuid", "status": "text"}, "patterns": [operation]}
    (message,) = diagnose(yaml.safe_dump(entity))
    assert "'parallel' must be true or false, not 'maybe'" in message
