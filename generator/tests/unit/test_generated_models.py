"""Models of log_table and metrics_table, and the exposures of operations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.models import render_exposures, render_models
from dbt_batch_ops.spec.diagnostics import Severity
from dbt_batch_ops.spec.read import diagnostics_of, read_specs

UPDATE = "operation_type: update\nupdate_data: {status: x}\n"
METRICS = "collect_metrics: true\nmetrics_table: user_metrics\n"

MakePlan = Callable[..., OperationPlan]


def test_a_log_table_is_a_model_of_the_operations_that_name_it(
    plan: MakePlan, user: Callable[..., str]
) -> None:
    spec = user(UPDATE + "log_table: user_batches")
    plans = [plan(spec), plan(spec.replace("change_users", "alter_users"))]
    model, documentation = render_models(plans)
    assert model.path == Path("models/batch_ops/user_batches.sql")
    assert model.text.splitlines()[-5:] == [
        '{{ config(materialized="view") }}',
        "",
        "select *",
        'from {{ ref("dbt_batch_ops", "batch_operation_logs") }}',
        "where operation in ('change_users', 'alter_users')",
    ]
    (described,) = yaml.safe_load(documentation.text)["models"]
    assert described["name"] == "user_batches"
    assert described["description"].startswith("Batches of change_users, alter_users; ")


def test_a_metrics_table_shows_metrics(plan: MakePlan, user: Callable[..., str]) -> None:
    model, _ = render_models([plan(user(UPDATE + METRICS))])
    assert model.path == Path("models/batch_ops/user_metrics.sql")
    assert 'ref("dbt_batch_ops", "batch_performance_metrics")' in model.text


def test_the_name_of_the_package_s_own_model_needs_no_other(plan: MakePlan, user: Callable[..., str]) -> None:
    own = METRICS.replace("user_metrics", "batch_performance_metrics") + "log_table: batch_operation_logs"
    assert render_models([plan(user(UPDATE + own))]) == []


@pytest.mark.parametrize(
    ("relation", "node"),
    [
        ("source('app', 'users')", "source('app', 'users')"),
        ("ref('users')", "ref('users')"),
    ],
)
def test_an_exposure_depends_on_the_table_that_its_operation_changes(
    plan: MakePlan, user: Callable[..., str], relation: str, node: str
) -> None:
    (file,) = render_exposures([plan(user(UPDATE, f'relation: "{relation}"\n'))])
    (exposure,) = yaml.safe_load(file.text)["exposures"]
    assert file.path == Path("models/batch_ops/exposures/change_users.yml")
    assert exposure["depends_on"] == [node, "source('batch_ops', 'runs')"]
    assert exposure["owner"] == {"name": "spec.yml"}


def test_an_exposure_names_a_table_that_is_no_node(plan: MakePlan, user: Callable[..., str]) -> None:
    (file,) = render_exposures([plan(user(UPDATE, "relation: app.users\n"))])
    (exposure,) = yaml.safe_load(file.text)["exposures"]
    assert exposure["depends_on"] == ["source('batch_ops', 'runs')"]
    assert "Changes app.users. Run it with: dbt run-operation change_users" in exposure["description"]


def test_braces_of_a_description_are_text_for_dbt(plan: MakePlan, user: Callable[..., str]) -> None:
    (file,) = render_exposures([plan(user(UPDATE + "description: 'sets {{ x }} to \"y\"'"))])
    (exposure,) = yaml.safe_load(file.text)["exposures"]
    assert exposure["description"].startswith("sets {{ '{' }}{ x }} to \"y\". ")


def test_one_name_cannot_be_a_log_table_and_a_metrics_table(tmp_path: Path, user: Callable[..., str]) -> None:
    first = user(UPDATE + "log_table: shown")
    second = user(UPDATE + "collect_metrics: true\nmetrics_table: shown").replace("change_", "alter_")
    files = []
    for name, text in (("a.yml", first), ("b.yml", second)):
        (tmp_path / name).write_text(text)
        files.append((tmp_path / name, name))
    found = [str(d) for d in diagnostics_of(read_specs(files)) if d.severity is Severity.ERROR]
    (message,) = found
    assert message.startswith("b.yml:")
    assert "'shown' is the log_table at a.yml:" in message
