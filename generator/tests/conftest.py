"""What all generator tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest

from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.document import parse_document
from dbt_batch_ops.spec.read import diagnostics_of, read_spec


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
        assert [line for line in diagnostics if "warning: " not in line] == []
        assert len(plans) == 1
        return plans[0]

    return read


@pytest.fixture
def user() -> Callable[[str], str]:
    """A spec of the entity user with one operation, given its keys after ``operation``, one per line."""

    def spec(body: str, header: str = "") -> str:
        keys = "".join(f"    {line}\n" for line in body.splitlines())
        return USER + header + "patterns:\n  - name: batch_operations\n    operation: change_users\n" + keys

    return spec


@pytest.fixture
def statements() -> Callable[[OperationPlan], dict[str, str]]:
    """The statements that a generated macro returns, with its holes filled as the package does."""
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


def fill(plan: OperationPlan) -> dict[str, str]:
    """Render the statements of a plan: parameters become ``$3``, ``$4`` …, lists a condition."""
    macro = next(file.text for file in render([plan]) if file.path.suffix == ".sql")
    returned: list[dict[str, str]] = []
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    environment.globals["return"] = lambda value: returned.append(value) or ""
    module = environment.from_string(macro).module
    numbers = {parameter.name: f"${place}" for place, parameter in enumerate(plan.parameters, start=3)}
    fragments = {
        "target": "app.users",
        "range": "id > $1 and id <= $2",
        "run_started_at": "$99",
        "params": numbers,
        "lists": {name: f"{column} = any({numbers[name]})" for name, column in plan.lists},
    }
    getattr(module, f"{plan.name}__statements")(fragments)
    return returned[0]
