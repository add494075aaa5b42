"""For which engine a project's statements are generated, and what is generated for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_batch_ops.cli.main import main
from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.document import parse_document
from dbt_batch_ops.spec.read import diagnostics_of, read_spec

Run = Callable[..., tuple[int, str, str]]
UPDATE = "operation_type: update\nwhere_condition: credits / 2 > 3\nupdate_data: {status: x}\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in this process; return exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dbt-batch-ops", *arguments])
        with pytest.raises(SystemExit) as exited:
            main()
        said = capsys.readouterr()
        assert isinstance(exited.value.code, int)
        return exited.value.code, said.out, said.err

    return call


@pytest.fixture
def shop(project: Path, user: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project with one operation, which is the working directory."""
    (project / "batch_operations" / "user.yml").write_text(user(UPDATE))
    monkeypatch.chdir(project)
    return project


def plans_for(spec: str, engine: str) -> tuple[list[OperationPlan], list[str]]:
    read = read_spec(parse_document(spec, "spec.yml"))
    plans = build_plans([read], engine)
    return plans, [str(diagnostic) for diagnostic in diagnostics_of([read])]


def statement(project: Path) -> str:
    return (project / "macros/batch_ops/change_users.sql").read_text()


def set_variables(project: Path, text: str) -> None:
    (project / "dbt_project.yml").write_text(f"name: shop\nversion: 1.0.0\nprofile: shop\n{text}")


@pytest.mark.parametrize(
    "variables",
    [
        "vars:\n  batch_ops_engine: duckdb\n",
        "vars:\n  shop:\n    batch_ops_engine: duckdb\n",
        "vars:\n  batch_ops_engine: spark\n  shop: {batch_ops_engine: duckdb}\n",
    ],
)
def test_the_project_says_for_which_engine(shop: Path, run: Run, variables: str) -> None:
    set_variables(shop, variables)
    assert run("generate")[0] == 0
    assert "credits // 2 > 3" in statement(shop)
    assert '"engine": "duckdb"' in statement(shop)
    assert run("check")[0] == 0


@pytest.mark.parametrize(
    "variables", ["", "vars: {}\n", "vars:\n  other: 1\n", "vars:\n  batch_ops_engine: postgres\n"]
)
def test_without_the_variable_it_is_postgresql(shop: Path, run: Run, variables: str) -> None:
    set_variables(shop, variables)
    assert run("generate")[0] == 0
    assert "credits / 2 > 3" in statement(shop)
    assert '"engine"' not in statement(shop)


def test_the_option_wins_over_the_project(shop: Path, run: Run) -> None:
    set_variables(shop, "vars:\n  batch_ops_engine: duckdb\n")
    assert run("generate", "--engine", "spark")[0] == 0
    assert "credits DIV 2 > 3" in statement(shop)
    assert run("check", "--engine", "spark")[0] == 0
    code, _, errors = run("check", "--engine", "postgres")
    assert code == 1
    assert "run: dbt-batch-ops generate --engine postgres" in errors
    assert run("check")[0] == 1


def test_validate_needs_nothing_but_the_name(shop: Path, run: Run) -> None:
    assert run("validate", "--engine", "spark")[0] == 0
    (shop / "batch_operations" / "user.yml").write_text(
        (shop / "batch_operations" / "user.yml")
        .read_text()
        .replace("credits / 2 > 3", "age(updated_at) > :age")
    )
    code, _, errors = run("validate", "--engine", "spark")
    assert code == 1
    assert "batch_operations/user.yml:" in errors


def test_an_unknown_engine_of_the_project_is_refused_where_it_stands(shop: Path, run: Run) -> None:
    set_variables(shop, "vars:\n  batch_ops_engine: duck\n")
    code, _, errors = run("generate")
    assert code == 1
    assert errors == (
        "error: dbt_project.yml:5:21: batch_ops_engine is 'duck'; it must be one of postgres, duckdb, spark; "
        "did you mean 'duckdb'?\n"
    )
    assert not (shop / "macros").exists()


def test_an_unknown_engine_of_the_option_is_a_wrong_call(shop: Path, run: Run) -> None:
    code, _, errors = run("generate", "--engine", "oracle")
    assert code == 2
    assert "'oracle' is not one of 'postgres', 'duckdb', 'spark'" in errors


def test_other_engines_get_macros_and_nothing_that_reads_postgresqls_ledger(shop: Path, run: Run) -> None:
    run("generate")
    run("generate", "tests")
    assert (shop / "models/batch_ops/exposures/change_users.yml").exists()
    code, said, _ = run("generate", "--engine", "duckdb")
    assert code == 0
    left = [
        path.relative_to(shop).as_posix()
        for folder in ("macros", "models", "tests")
        for path in (shop / folder).rglob("*.*")
    ]
    assert sorted(left) == ["macros/batch_ops/change_users.sql", "macros/batch_ops/change_users.yml"]
    assert "removed" in said


def test_tests_are_refused_for_other_engines(shop: Path, run: Run) -> None:
    code, _, errors = run("generate", "tests", "--engine", "duckdb")
    assert code == 1
    assert "dbt-batch-ops generate tests needs PostgreSQL" in errors
    set_variables(shop, "vars:\n  batch_ops_engine: duckdb\n")
    code, _, errors = run("test")
    assert code == 1
    assert "dbt-batch-ops test needs PostgreSQL" in errors


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ("", 1_000_000),
        ("batch_size: 50\n", 50),
        ("batch_size: 50\nparallel: true\nworker_batch_size: 7\n", 50),
    ],
)
def test_batches_of_other_engines_are_large(user: Callable[..., str], keys: str, size: int) -> None:
    (plan,), _ = plans_for(user(UPDATE + keys), "duckdb")
    assert plan.batch_size == plan.steps[0].batch_size == size
    assert plans_for(user(UPDATE), "postgres")[0][0].batch_size == 1000


def test_the_plan_says_what_happens_and_not_what_is_ignored(user: Callable[..., str]) -> None:
    keys = (
        "parallel: true\nmax_workers: 4\nerror_handling: continue_on_error\nmax_errors: 3\nmax_retries: 2\n"
        "notify_on_completion: true\nlog_table: a_log\ncollect_metrics: true\nheartbeat_interval: 5 seconds\n"
    )
    (plan,), diagnostics = plans_for(user(UPDATE + keys), "spark")
    assert (plan.max_workers, plan.error_handling, plan.max_errors, plan.max_retries) == (
        1,
        "stop_on_error",
        None,
        0,
    )
    assert (plan.watching.notify_on_completion, plan.watching.log_table, plan.watching.collect_metrics) == (
        False,
        None,
        False,
    )
    warned = [line.split("`")[1] for line in diagnostics if "no effect on Spark" in line]
    assert warned == [line.partition(":")[0] for line in keys.splitlines()]


@pytest.mark.parametrize(
    "keys",
    ["", "error_handling: stop_on_error\n", "parallel: false\nmax_retries: 0\ncollect_metrics: false\n"],
)
def test_what_happens_anyway_is_not_warned_of(user: Callable[..., str], keys: str) -> None:
    assert plans_for(user(UPDATE + keys), "duckdb")[1] == []


def test_the_hash_tells_engines_apart(user: Callable[..., str]) -> None:
    from dbt_batch_ops.plan.fingerprint import fingerprint

    spec = user("operation_type: update\nupdate_data: {status: x}\n")
    assert (
        len({fingerprint(plans_for(spec, engine)[0][0]) for engine in ("postgres", "duckdb", "spark")}) == 3
    )


def test_a_declared_numeric_keeps_its_digits_and_an_inferred_one_takes_none_from_the_column() -> None:
    spec = (
        "name: item\nfields: {id: bigint, price: 'numeric(10, 2)'}\npatterns:\n  - name: batch_operations\n"
        "    operation: change_items\n    operation_type: update\n    where_condition: price > :low\n"
        "    update_data: {price: {sql: 'price * :factor'}}\n    parameters: {factor: 'numeric(5, 3)'}\n"
    )
    (plan,), diagnostics = plans_for(spec, "duckdb")
    assert diagnostics == []
    assert {p.name: p.type for p in plan.parameters} == {"factor": "decimal(5, 3)", "low": "decimal(38, 10)"}
    (home,), _ = plans_for(spec, "postgres")
    assert {p.name: p.type for p in home.parameters} == {"factor": "numeric", "low": "numeric"}


def test_a_parameter_of_a_type_that_the_engine_lacks_is_refused(user: Callable[..., str]) -> None:
    keys = "operation_type: update\nupdate_data: {status: {sql: 'f(:place)'}}\nparameters:\n  place: inet\n"
    _, diagnostics = plans_for(user(keys), "duckdb")
    assert [line.partition(": ")[2] for line in diagnostics if "warning" not in line] == [
        "parameter 'place': DuckDB has no type like 'inet'"
    ]


def test_names_that_only_the_engine_reserves_are_quoted() -> None:
    spec = (
        "name: item\nfields: {id: bigint, summarize: integer, minus: integer}\npatterns:\n"
        "  - name: batch_operations\n    operation: change_items\n    operation_type: update\n"
        "    update_data: {summarize: 1, minus: 2}\n"
    )
    printed = {
        engine: next(file.text for file in render(plans_for(spec, engine)[0]) if file.path.suffix == ".sql")
        for engine in ("postgres", "duckdb", "spark")
    }
    assert " summarize = 1" in printed["postgres"]
    assert '"summarize" = 1' in printed["duckdb"]
    assert " minus = 2" in printed["duckdb"]
    assert "`minus` = 2" in printed["spark"]


def test_the_generated_macro_runs_as_jinja_with_the_engines_names(
    user: Callable[..., str], call: Any
) -> None:
    (plan,), _ = plans_for(
        "name: item\nfields: {id: bigint, order: integer, note: text}\npatterns:\n"
        "  - name: batch_operations\n    operation: change_items\n    operation_type: update\n"
        "    where_condition: 'id in (:ids) and note <> :note'\n"
        "    update_data: {order: {sql: '\"order\" + 1'}, note: 'a {{ b }} \\ c'}\n",
        "spark",
    )
    returned = call(plan, "change_items__statements", plan.steps[0])
    assert "`order` = (\n        `order` + 1\n    )" in returned["apply"]
    assert "note = 'a {{ b }} \\\\ c'" in returned["apply"]
    assert returned["where"] == "id = any($3)\n        AND note <> $4"
