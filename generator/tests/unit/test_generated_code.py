"""Generated macros: data stays data in Jinja, linters and dbt accept them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlfluff.core import FluffConfig, Linter

from dbt_batch_ops.plan.fingerprint import fingerprint
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render import jinja_text

GOLDEN = Path(__file__).parents[1] / "golden"
MACROS = sorted(GOLDEN.glob("*/expected/*.sql"))

STYLED = """\
operation_type: update
update_data:
  status: :new_status
  credits: {sql: "credits + 1"}
  updated_at: now()
  email: Nobody's
  tags: [a, b]
where_condition: |
  id = any(:ids)
  and credits < :limit
  and status in ('a', 'b')
"""


@given(st.text())
def test_escaped_text_is_printed_by_jinja_as_it_was(text: str) -> None:
    for around in ("", "{{ '' }}", "{# #}"):
        template = jinja2.Environment(keep_trailing_newline=True, newline_sequence="\n").from_string(
            around + jinja_text.escape(text) + around
        )
        assert template.render() == text.replace("\r\n", "\n").replace("\r", "\n")


@given(st.text())
def test_a_string_in_an_expression_has_the_value_it_had(text: str) -> None:
    compiled = jinja2.Environment().compile_expression(jinja_text.string(text))
    assert compiled() == text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_value_in_an_expression_has_the_value_it_had(value: object) -> None:
    assert jinja2.Environment().compile_expression(jinja_text.literal(value))() == value


def problems(config: FluffConfig, text: str) -> list[str]:
    found = Linter(config=config).lint_string(text).get_violations()
    return [f"{violation.rule_code()} at line {violation.line_no}: {violation.desc()}" for violation in found]


@pytest.mark.parametrize("dialect", ["ansi", "postgres"])
@pytest.mark.parametrize("macro", MACROS, ids=lambda path: path.parents[1].name + "-" + path.stem)
def test_generated_files_pass_sqlfluff_as_a_user_runs_it(macro: Path, dialect: str) -> None:
    config = FluffConfig(overrides={"dialect": dialect, "templater": "jinja"}, ignore_local_config=True)
    assert problems(config, macro.read_text(encoding="utf-8")) == []


@pytest.fixture(scope="module")
def postgres() -> FluffConfig:
    return FluffConfig(overrides={"dialect": "postgres", "templater": "raw"}, ignore_local_config=True)


def test_rendered_statements_pass_sqlfluff(
    postgres: FluffConfig,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    for body in (STYLED, "operation_type: delete\nwhere_condition: credits < :least -- the poor"):
        assert problems(postgres, statements(plan(user(body)))["apply"] + "\n") == []


def test_the_lint_of_rendered_statements_would_notice_garbage(
    postgres: FluffConfig,
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
    statements: Callable[..., dict[str, Any]],
) -> None:
    apply = statements(plan(user(STYLED)))["apply"]
    assert any(
        line.startswith("PRS")
        for line in problems(postgres, apply.replace("where", "where where where") + "\n")
    )


@pytest.fixture
def dbt_project(tmp_path: Path) -> Iterator[Path]:
    """A dbt project with every golden macro, each under a name of its own."""
    macros = tmp_path / "macros"
    macros.mkdir()
    for file in sorted(GOLDEN.glob("*/expected/*")):
        case = file.parents[1].name
        text = file.read_text(encoding="utf-8").replace(file.stem, f"{case}_{file.stem}")
        (macros / f"{case}_{file.name}").write_text(text, encoding="utf-8")
    (tmp_path / "dbt_project.yml").write_text(
        "name: golden\nversion: 1.0.0\nprofile: golden\n"
        "flags: {validate_macro_args: true, send_anonymous_usage_stats: false}\n"
    )
    connection = "{type: postgres, host: x, user: x, password: x, port: 1, dbname: x, schema: x, threads: 1}"
    (tmp_path / "profiles.yml").write_text(f"golden: {{target: x, outputs: {{x: {connection}}}}}\n")
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_dbt_parses_generated_files_without_a_warning(dbt_project: Path) -> None:
    pytest.importorskip("dbt.adapters.postgres")
    command = [sys.executable, "-m", "dbt.cli.main", "--warn-error", "parse", "--profiles-dir", "."]
    parsed = subprocess.run(command, cwd=dbt_project, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stdout


def test_the_hash_changes_with_what_happens_to_data_and_with_nothing_else(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: update\nupdate_data: {status: :s}\nwhere_condition: credits > 0\n"
    original = fingerprint(plan(user(body)))
    same = [
        "description: x",
        "batch_size: 5",
        "timeout: 1 hour",
        "iterate_by: keys",
        "on_duplicate_run: resume",
        "# x",
    ]
    for line in same:
        assert fingerprint(plan(user(body + line))) == original, line
    assert fingerprint(plan("# moved down\n" + user(body))) == original
    for old, new in [("credits > 0", "credits > 1"), (":s", ":t"), ("status: :s", "email: :s")]:
        assert fingerprint(plan(user(body.replace(old, new)))) != original, new
    for line in ["max_records: 5", "parameters: {s: {default: x}}", "parameters: {s: varchar}"]:
        assert fingerprint(plan(user(body + line))) != original, line
    for header in ["relation: app.users\n", "key: [email]\n", "relation: ref('user')\n"]:
        assert fingerprint(plan(user(body, header))) != original, header
    assert len(original) == 16
