"""What all generator tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.plan.model import OperationPlan, StepPlan
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.document import parse_document
from dbt_batch_ops.spec.read import diagnostics_of, read_spec
from dbt_batch_ops.sql.keywords import quote_identifier

pytest_plugins = ["support.selection.plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="Write what the generator says now into generator/tests/golden instead of comparing.",
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An empty dbt project."""
    folder = tmp_path / "project"
    (folder / "batch_operations").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: shop\nversion: 1.0.0\nprofile: shop\n")
    return folder


def _read(text: str, path: str = "spec.yml") -> tuple[list[OperationPlan], list[str]]:
    spec = read_spec(parse_document(text, path))
    plans = build_plans([spec])
    return plans, [str(diagnostic) for diagnostic in diagnostics_of([spec])]


@pytest.fixture
def diagnose() -> Callable[[str], list[str]]:
    """Everything that is said about a spec."""
    return lambda text: _read(text)[1]


@pytest.fixture
def plan() -> Callable[[str], OperationPlan]:
    """The plan of a spec with one operation and no mistake."""

    def read(text: str) -> OperationPlan:
        plans, diagnostics = _read(text)
        assert [line for line in diagnostics if "warning: " not in line and "note: " not in line] == []
        assert len(plans) == 1
        return plans[0]

    return read


@pytest.fixture
def plans() -> Callable[[str], list[OperationPlan]]:
    """The plans of a spec without a mistake."""
    return lambda text: _read(text)[0]


@pytest.fixture(name="call")
def call_fixture() -> Callable[..., Any]:
    """Calls a generated macro with fragments as the package fills them in."""
    return call


@pytest.fixture
def user() -> Callable[[str], str]:
    """A spec of the entity user with one operation, given its keys after ``operation``, one per line."""

    def spec(body: str, header: str = "") -> str:
        keys = "".join(f"    {line}\n" for line in body.splitlines())
        return USER + header + "patterns:\n  - name: batch_operations\n    operation: change_users\n" + keys

    return spec


@pytest.fixture
def statements() -> Callable[..., dict[str, Any]]:
    """What the macro with a step's statements returns, with its holes filled as the package does."""
    return fill


USER = """\
name: user
fields:
  id: uuid
  email: string
  status: string
  credits: integer
  is_admin: boolean
  tags: text[]
  settings: jsonb
  created_on: date
  updated_at: timestamptz
"""


def fill(plan: OperationPlan, step: str | None = None) -> dict[str, Any]:
    """Render the statements of a step: parameters become ``$3``, ``$4`` …, lists a condition."""
    macro = f"{plan.name}__statements" if step is None else f"{plan.name}__{step}__statements"
    returned = call(plan, macro, next(own for own in plan.steps if step in (None, own.name)))
    assert isinstance(returned, dict)
    return returned


def call(plan: OperationPlan, macro: str, step: StepPlan) -> Any:
    """Call a generated macro with the fragments of a step; return what it returns."""
    text = next(file.text for file in render([plan]) if file.path.suffix == ".sql")
    returned: list[Any] = []
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals["return"] = lambda value: returned.append(value) or ""
    environment.globals["dbt_batch_ops"] = SimpleNamespace(
        target_relation=lambda name, schema=None: f"{schema or 'app'}.{name}"
    )
    environment.globals["source"] = environment.globals["ref"] = lambda *names: ".".join(names)
    module = environment.from_string(text).module
    getattr(module, macro)(*([] if macro.endswith("__definition") else [fragments(plan, step)]))
    return returned[0]


def fragments(plan: OperationPlan, step: StepPlan) -> dict[str, Any]:
    """What the package fills in."""
    numbers = {parameter.name: f"${place}" for place, parameter in enumerate(plan.parameters, start=3)}
    outputs = {
        o.name: f"array(select output.{o.field or 'called'} from batch_ops.out as output)"
        for o in step.outputs
    }
    params = {**numbers, **outputs}
    reads_target = step.source.kind == "target"
    ordinals = "source.batch_ordinal > $1\n    and source.batch_ordinal <= $2"
    return {
        "target": "app.users",
        "range": "id > $1 and id <= $2" if reads_target else ordinals,
        "rows": "app.users" if reads_target else "batch_ops.staged as source",
        "fields": {field.name: f"source.{quote_identifier(field.name)}" for field in step.fields},
        "input": "source.value",
        "run_started_at": "$99",
        "params": params,
        "lists": {name: f"{column} = any({params[name]})" for name, column in step.lists},
        "returning": "\nreturning id" if step.has_output else "",
    }
