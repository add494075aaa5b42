"""Tests of an operation: dbt tests of its runs, one for each heading, and its scenarios to read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from dbt_batch_ops import __version__
from dbt_batch_ops.plan.catalogue import scenarios
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import HEADINGS, Act, Scenario
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.files import MARK, RenderedFile

TEST_FOLDER = Path("tests/batch_ops")
"""Where generated dbt tests go, in the dbt project."""

SCENARIO_FOLDER = Path("batch_operations/tests")
"""Where generated scenarios go, in the dbt project, and a project's own."""

_WIDTH = 110
_COLUMNS = ("operation", "operation_id", "step", "batch", "problem", "found", "expected")

_TESTS: dict[str, tuple[tuple[str, str], ...]] = {
    "Batch processing": (("ranges_tile", "batches"), ("one_terminal_state_per_batch", "batches")),
    "Error handling": (("errors_within_limits", "runs"), ("failed_rows_are_recorded", "errors")),
    "Progress tracking": (("batch_rows_add_up", "runs"), ("heartbeats_fresh", "workers")),
    "Parallel execution": (("finished_runs_have_no_live_worker", "workers"),),
    "Data consistency": (("no_row_failed_and_changed", "errors"),),
    "Performance": (("runs_end_in_time", "run_overview"),),
}
"""The package's tests under each heading, with the table of the ledger that each is about."""


def test_paths(plan: OperationPlan) -> list[Path]:
    """Return where an operation's tests are, in the dbt project.

    Args:
        plan: The operation.
    """
    return [*(_test_path(plan, heading) for heading in HEADINGS), _scenario_path(plan)]


def render_tests(plans: Iterable[OperationPlan]) -> list[RenderedFile]:
    """Return the tests of operations: a dbt test for each heading, and the scenarios.

    Args:
        plans: The operations.
    """
    files: list[RenderedFile] = []
    for plan in plans:
        for heading in HEADINGS:
            files.append(RenderedFile(_test_path(plan, heading), _test(plan, heading), plan.name))
        files.append(RenderedFile(_scenario_path(plan), _scenarios(plan), plan.name))
    return files


def _test_path(plan: OperationPlan, heading: str) -> Path:
    return TEST_FOLDER / f"{plan.name}__{heading.lower().replace(' ', '_')}.sql"


def _scenario_path(plan: OperationPlan) -> Path:
    return SCENARIO_FOLDER / f"{plan.name}.yml"


def _header(plan: OperationPlan) -> list[str]:
    path = "".join(character if character.isprintable() else "?" for character in plan.spec_path)
    return [
        f"{MARK}{__version__} from {path}. Do not edit:",
        "change the spec and run `dbt-batch-ops generate tests`.",
    ]


def _test(plan: OperationPlan, heading: str) -> str:
    """Return a dbt test: no row of it is a run of the operation that breaks what the heading promises."""
    comment = "\n".join(f"  {jinja_text.comment(line)}" for line in _header(plan))
    tags = jinja_text.literal(["batch_ops", plan.name])
    columns = "".join(f",\n    cast({column} as varchar) as {column}" for column in _COLUMNS)
    parts = [
        f"select\n    '{test}' as test{columns}\nfrom (\n"
        f"    {{{{ dbt_batch_ops.test_{test}(\n"
        f'        source("batch_ops", "{table}"), operation={jinja_text.string(plan.name)}\n'
        f"    ) }}}}\n) as {test}"
        for test, table in _TESTS[heading]
    ]
    return f"{{#-\n{comment}\n-#}}\n{{{{ config(tags={tags}) }}}}\n" + "\nunion all\n".join(parts) + "\n"


def _scenarios(plan: OperationPlan) -> str:
    content = {
        "operation": plan.name,
        "scenarios": [_scenario(scenario) for scenario in scenarios(plan)],
    }
    lines = [*_header(plan), "Scenarios of your own belong in another file of this folder."]
    text = yaml.safe_dump(content, default_flow_style=None, sort_keys=False, width=_WIDTH, allow_unicode=True)
    return "".join(f"# {line}\n" for line in lines) + text


def _scenario(scenario: Scenario) -> dict[str, Any]:
    entry: dict[str, Any] = {"scenario": scenario.name, "heading": scenario.heading}
    if scenario.given:
        entry["given"] = dict(scenario.given)
    if scenario.settings:
        entry["settings"] = dict(scenario.settings)
    if scenario.skipped is not None:
        entry["skipped"] = scenario.skipped
    else:
        entry["acts"] = [_act(act) for act in scenario.acts]
    return entry


def _act(act: Act) -> dict[str, Any]:
    entry: dict[str, Any] = {"do": act.do}
    if act.arguments:
        entry["arguments"] = dict(act.arguments)
    if act.workers > 1:
        entry["workers"] = act.workers
    if act.expect:
        entry["expect"] = list(act.expect)
    return entry
