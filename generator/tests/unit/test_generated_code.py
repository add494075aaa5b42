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
from support.selection.matrices import crossed

GOLDEN = Path(__file__).parents[1] / "golden"
MACROS = sorted(GOLDEN.glob("*/expected/*.sql"))

PARTS = {
    **{type_: {"where", "apply"} for type_ in ("update", "delete", "select")},
    **{type_: {"where", "row", "rules", "apply"} for type_ in ("insert", "upsert")},
    "custom_function": {"apply"},
}
"""What a macro with statements returns."""

RULE = "select 1\nfrom mapped\nwhere\n    (\n        {}\n    )"
LAID_OUT_BY_THE_USER = {
    "colons_that_are_no_parameters",
    "comment_at_the_end_of_a_condition_swallows_nothing",
    "parameters_with_types_defaults_and_descriptions",
    "preconditions_and_confirmation",
    "subqueries_are_kept",
}
"""Cases whose own SQL breaks rules; it is printed as it was written."""

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


@crossed(macro={f"{path.parents[1].name}-{path.stem}": path for path in MACROS}, dialect=["ansi", "postgres"])
def test_generated_files_pass_sqlfluff_as_a_user_runs_it(macro: Path, dialect: str) -> None:
    config = FluffConfig(overrides={"dialect": dialect, "templater": "jinja"}, ignore_local_config=True)
    assert problems(config, macro.read_text(encoding="utf-8")) == []


@pytest.fixture(scope="module")
def postgres() -> FluffConfig:
    """The rules of this repository: what reaches the database has to pass them."""
    return FluffConfig.from_path(
        str(Path(__file__).parents[3]), overrides={"dialect": "postgres", "templater": "raw"}
    )


def rendered(plans: list[OperationPlan], call: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """Every complete statement that the generated macros of some operations return."""
    for plan in plans:
        definition = call(plan, f"{plan.name}__definition", plan.steps[0])
        for step, description in zip(plan.steps, definition["description"]["steps"], strict=True):
            returned = call(plan, definition["statements"][step.name].name, step)
            assert set(returned) == PARTS[step.operation_type], step.name
            assert description["name"] == step.name
            yield f"{plan.name} {step.name}", returned["apply"]
            if "row" in returned:
                yield f"row of {plan.name} {step.name}", returned["row"]
            for rule in returned.get("rules", ()):
                yield f"{step.name}: {rule['text']}", RULE.format(rule["sql"])
        if definition["preconditions"] is not None:
            for check in call(plan, f"{plan.name}__preconditions", plan.steps[0]):
                yield check["text"], check["sql"]


CASES = sorted({path.parents[1] for path in MACROS if path.parents[1].name not in LAID_OUT_BY_THE_USER})


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_rendered_statements_of_every_case_pass_sqlfluff(
    case: Path, postgres: FluffConfig, plans: Callable[[str], list[OperationPlan]], call: Callable[..., Any]
) -> None:
    for spec in sorted(case.glob("*.y*ml")):
        for name, statement in rendered(plans(spec.read_text(encoding="utf-8")), call):
            assert problems(postgres, statement + "\n") == [], (name, statement)


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


def test_names_that_are_words_of_sql_are_quoted_where_functions_and_their_arguments_stand(
    plan: Callable[[str], OperationPlan], user: Callable[..., str], statements: Callable[..., dict[str, Any]]
) -> None:
    made = plan(
        user("operation_type: custom_function\nfunction: app.time\ninput: {values: 1, on: 2, Odd Name: 3}")
    )
    called = statements(made)["apply"]
    assert (
        'lateral app."time"(\n        "values" => 1,\n        "on" => 2,\n        "Odd Name" => 3\n' in called
    )


def test_a_string_over_several_lines_survives_when_a_statement_is_indented(
    plan: Callable[[str], OperationPlan], user: Callable[..., str], statements: Callable[..., dict[str, Any]]
) -> None:
    body = """\
operation_type: insert
data_source: :rows
insert_data:
  email: "a\\n  b"
  status: {sql: "lower(cast(:row.status as text) || 'c\\n    d' || $$e\\n    f$$ || E'\\\\\\\\\\n  g')"}
"""
    made = statements(plan(user(body)))
    assert "E'a\\n  b'" in made["apply"]
    for text in (r"E'c\n    d'", r"E'e\n    f'", r"E'\\\n  g'"):
        assert text in made["row"]
        assert text in made["apply"]


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
        "error_handling: rollback_on_any_error",
        "max_retries: 0",
        "redact: [status]",
        "# x",
    ]
    for line in same:
        assert fingerprint(plan(user(body + line))) == original, line
    assert fingerprint(plan("# moved down\n" + user(body))) == original
    for old, new in [("credits > 0", "credits > 1"), (":s", ":t"), ("status: :s", "email: :s")]:
        assert fingerprint(plan(user(body.replace(old, new)))) != original, new
    decisive = [
        "max_records: 5",
        "parameters: {s: {default: x}}",
        "parameters: {s: varchar}",
        "preconditions: [count(*) > 0]",
        "requires_confirmation: true",
    ]
    for line in decisive:
        assert fingerprint(plan(user(body + line))) != original, line
    for header in ["relation: app.users\n", "key: [email]\n", "relation: ref('user')\n"]:
        assert fingerprint(plan(user(body, header))) != original, header
    assert len(original) == 16


def test_the_hash_of_an_import_covers_its_source_and_rules_but_not_its_limit_of_errors(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "data_source: csv_file\nfield_mapping: {email: email}\n"
    skipping = body + "skip_invalid_rows: true\n"
    original, skipped = fingerprint(plan(user(body))), fingerprint(plan(user(skipping)))
    assert fingerprint(plan(user(skipping + "max_errors: 5"))) == skipped != original
    for line in ["csv_delimiter: ;", "csv_has_header: true", "validation_rules: [email IS NOT NULL]"]:
        is_default = line == "csv_has_header: true"
        assert (fingerprint(plan(user(body + line))) == original) == is_default, line
    assert fingerprint(plan(user(body.replace(": email}", ": csv_column_1}")))) != original


def test_whoever_runs_into_too_many_errors_can_raise_the_limit_and_go_on(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = (
        "operation_type: update\nupdate_data: {status: x}\nerror_handling: continue_on_error\nmax_errors: 5"
    )
    few, many = plan(user(body)), plan(user(body.replace("5", "50")))
    assert (few.max_errors, many.max_errors) == (5, 50)
    assert fingerprint(few) == fingerprint(many)


def test_the_hash_of_a_function_is_that_of_what_it_does_and_not_of_how_often_it_may_be_called(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: custom_function\nfunction: f\n"
    assert fingerprint(plan(user(body + "idempotent: true"))) == fingerprint(plan(user(body)))
