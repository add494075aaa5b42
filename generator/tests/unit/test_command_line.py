"""What the commands write, print and return."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dbt_batch_ops import __version__
from dbt_batch_ops.cli.main import main
from dbt_batch_ops.render import output

Run = Callable[..., tuple[int, str, str]]


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
    spec = user("operation_type: update\nupdate_data: {status: x}\n")
    (project / "batch_operations" / "user.yml").write_text(spec)
    monkeypatch.chdir(project)
    return project


def macros(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "macros" / "batch_ops").glob("*"))


def test_generate_writes_a_macro_and_its_documentation_and_lists_them(shop: Path, run: Run) -> None:
    code, said, errors = run("generate")
    assert (code, errors) == (0, "")
    assert macros(shop) == ["change_users.sql", "change_users.yml"]
    rows = [line.split() for line in said.splitlines()]
    assert rows[0] == ["operation", "file", "state"]
    assert rows[1:] == [
        ["change_users", "macros/batch_ops/change_users.sql", "written"],
        ["change_users", "macros/batch_ops/change_users.yml", "written"],
        ["change_users", "models/batch_ops/exposures/change_users.yml", "written"],
    ]


def test_generate_does_not_touch_files_that_are_up_to_date(shop: Path, run: Run) -> None:
    run("generate")
    macro = shop / "macros" / "batch_ops" / "change_users.sql"
    os.utime(macro, (1, 1))
    code, said, _ = run("generate")
    assert code == 0
    assert said.count("unchanged") == 3
    assert macro.stat().st_mtime == 1


def test_generate_works_from_another_folder_with_the_same_result(
    shop: Path, run: Run, tmp_path: Path
) -> None:
    run("generate")
    before = (shop / "macros/batch_ops/change_users.sql").read_text()
    os.chdir(tmp_path)
    assert run("generate", "--project-dir", str(shop))[1].count("unchanged") == 3
    assert (
        run("generate", "--project-dir", str(shop), str(shop / "batch_operations/user.yml"))[1].count(
            "unchanged"
        )
        == 3
    )
    assert (shop / "macros/batch_ops/change_users.sql").read_text() == before
    assert "from batch_operations/user.yml." in before


def test_generate_removes_macros_whose_operation_is_gone_and_nothing_else(shop: Path, run: Run) -> None:
    run("generate")
    folder = shop / "macros" / "batch_ops"
    (folder / "my_own.sql").write_text("{% macro my_own() %}{% endmacro %}\n")
    spec = shop / "batch_operations" / "user.yml"
    spec.write_text(spec.read_text().replace("change_users", "alter_users"))
    code, said, _ = run("generate")
    assert code == 0
    assert said.count("removed") == 3
    assert macros(shop) == ["alter_users.sql", "alter_users.yml", "my_own.sql"]


def test_generate_with_named_specs_removes_nothing(shop: Path, run: Run, user: Callable[..., str]) -> None:
    run("generate")
    other = shop / "batch_operations" / "other.yaml"
    other.write_text(
        user("operation_type: delete\nwhere_condition: is_admin").replace("change_users", "purge_users")
    )
    code, said, _ = run("generate", "batch_operations/other.yaml")
    assert code == 0
    assert "removed" not in said
    assert len(macros(shop)) == 4


def test_one_wrong_spec_keeps_everything_from_being_written(shop: Path, run: Run) -> None:
    (shop / "batch_operations" / "bad.yml").write_text("name: x\n")
    code, said, errors = run("generate")
    assert code == 1
    assert said == ""
    assert errors.startswith("batch_operations/bad.yml:1:1: ")
    assert macros(shop) == []


def test_validate_writes_nothing(shop: Path, run: Run) -> None:
    assert run("validate") == (0, "1 operation in 1 spec: valid\n", "")
    assert macros(shop) == []


def test_check_is_silent_about_what_is_up_to_date(shop: Path, run: Run) -> None:
    run("generate")
    assert run("check") == (0, "3 files up to date\n", "")


def test_check_shows_missing_stale_and_orphaned_files_and_what_to_type(shop: Path, run: Run) -> None:
    run("generate")
    folder = shop / "macros" / "batch_ops"
    (folder / "change_users.yml").unlink()
    macro = folder / "change_users.sql"
    (folder / "gone.sql").write_text(macro.read_text())
    macro.write_text(macro.read_text().replace("status = 'x'", "status = 'y'"))
    code, said, errors = run("check")
    assert code == 1
    assert "--- a/macros/batch_ops/change_users.sql" in said
    assert "-    status = 'y'\n+    status = 'x'\n" in said
    assert "+++ b/macros/batch_ops/change_users.yml" in said
    assert "+++ /dev/null" in said
    assert errors.splitlines() == [
        "macros/batch_ops/change_users.sql: stale",
        "macros/batch_ops/change_users.yml: missing",
        "macros/batch_ops/gone.sql: orphaned",
        "macros and specs differ; run: dbt-batch-ops generate",
    ]
    assert macro.read_text().count("'y'") == 1


def test_check_names_the_folder_in_what_to_type(shop: Path, run: Run) -> None:
    (shop.parent / "a b").symlink_to(shop)
    _, _, errors = run("check", "--project-dir", str(shop.parent / "a b"))
    assert f"run: dbt-batch-ops generate --project-dir '{shop.parent}/a b'" in errors


def test_a_file_with_bytes_that_are_no_text_is_stale(shop: Path, run: Run) -> None:
    run("generate")
    (shop / "macros/batch_ops/change_users.sql").write_bytes(b"\xff\xfe\x00")
    assert run("check")[0] == 1
    assert run("generate")[0] == 0
    assert run("check")[0] == 0


@pytest.mark.parametrize("command", ["generate", "validate", "check"])
def test_json_is_all_that_stdout_has(command: str, shop: Path, run: Run) -> None:
    code, said, errors = run(command, "--json")
    content: dict[str, Any] = json.loads(said)
    assert (content["diagnostics"], errors) == ([], "")
    assert code == (1 if command == "check" else 0)
    (shop / "batch_operations" / "bad.yml").write_text("- x\n")
    code, said, errors = run(command, "--json")
    assert (code, errors) == (1, "")
    (diagnostic,) = json.loads(said)["diagnostics"]
    assert (diagnostic["path"], diagnostic["line"], diagnostic["column"]) == (
        "batch_operations/bad.yml",
        1,
        1,
    )


@pytest.mark.parametrize("command", ["generate", "validate", "check"])
def test_a_folder_that_is_no_dbt_project_is_named(command: str, tmp_path: Path, run: Run) -> None:
    code, _, errors = run(command, "--project-dir", str(tmp_path))
    assert code == 1
    assert errors.startswith(f"error: {tmp_path}: no dbt project here (dbt_project.yml is missing)")
    assert (
        run(command, "--project-dir", str(tmp_path / "none"))[2]
        == f"error: {tmp_path / 'none'}: no such folder\n"
    )


@pytest.mark.parametrize("command", ["generate", "validate", "check"])
def test_a_project_without_specs_says_where_they_are_looked_for(
    command: str, project: Path, run: Run
) -> None:
    code, _, errors = run(command, "--project-dir", str(project))
    assert code == 1
    assert "no specs found: batch_operations/*.yml" in errors


def test_a_spec_that_is_not_there_or_no_file_is_an_error_with_its_path(shop: Path, run: Run) -> None:
    code, _, errors = run("validate", "nope.yml", "batch_operations")
    assert code == 1
    assert errors.splitlines()[:2] == [
        "batch_operations:1:1: not a regular file",
        "nope.yml:1:1: no such file",
    ]


def test_a_folder_that_cannot_be_written_is_an_error(shop: Path, run: Run) -> None:
    (shop / "macros").write_text("a file")
    code, _, errors = run("generate")
    assert code == 1
    assert errors.startswith("error: ")
    assert "Traceback" not in errors


@pytest.mark.parametrize("arguments", [["nope"], ["generate", "--nope"], ["check", "--project-dir"]])
def test_a_wrong_call_exits_with_2(arguments: list[str], run: Run) -> None:
    code, said, errors = run(*arguments)
    assert (code, said) == (2, "")
    assert "Error: " in errors


@pytest.mark.parametrize("command", [["run"], ["load"], ["export"], ["load", "x"], ["export", "x"]])
def test_a_command_that_runs_an_operation_names_what_is_missing(command: list[str], run: Run) -> None:
    code, said, errors = run(*command)
    assert (code, said) == (2, "")
    assert f"Missing argument '{'FILE' if len(command) > 1 else 'OPERATION'}'" in errors


def test_run_starts_nothing_that_is_not_as_the_specs_say(shop: Path, run: Run) -> None:
    assert run("run", "change_user")[2] == (
        "error: there is no operation 'change_user' in batch_operations/; did you mean 'change_users'?\n"
    )
    code, said, errors = run("run", "change_users")
    assert (code, said) == (1, "")
    assert "macros/batch_ops/change_users.sql is missing" in errors
    assert "run: dbt-batch-ops generate" in errors
    run("generate")
    assert run("run", "change_users", "--args", "[1]")[:2] == (1, "")
    assert run("run", "change_users", "--project-dir", "macros")[:2] == (1, "")


def test_run_says_that_dbt_is_missing(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("generate")
    # Other tests have imported it.
    for name in [name for name in sys.modules if name.startswith("dbt.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dbt", None)
    code, said, errors = run("run", "change_users")
    assert (code, said) == (1, "")
    assert errors.startswith("error: this needs dbt for PostgreSQL, and dbt.cli is missing here; install it:")


def test_help_and_version(run: Run) -> None:
    assert run("--version") == (0, f"dbt-batch-ops {__version__}\n", "")
    for command in ("generate", "validate", "check", "schema", "run", "load", "export"):
        assert command in run("--help")[1]
        assert "Usage" in run(command, "--help")[1]


def test_schema_goes_to_stdout_or_a_file(run: Run, tmp_path: Path) -> None:
    code, said, _ = run("schema")
    assert code == 0
    assert run("schema", "--output", str(tmp_path / "s.json"))[:2] == (0, "")
    assert json.loads((tmp_path / "s.json").read_text()) == json.loads(said)
    assert run("schema", "--output", str(tmp_path / "no" / "s.json"))[0] == 1


def test_a_terminal_of_another_encoding_gets_every_message(shop: Path) -> None:
    (shop / "batch_operations" / "user.yml").write_text("näme: 'ü\U0001f600'\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "dbt_batch_ops", "validate"]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, cwd=shop)
    assert ran.returncode == 1
    assert "unknown key 'n\\xe4me'; did you mean 'name'?" in ran.stderr


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(
    shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("generate")
    macro = shop / "macros/batch_ops/change_users.sql"
    macro.write_text("old")

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(output.Path, "replace", fail)
    code, _, errors = run("generate")
    assert code == 1
    assert "No space left on device" in errors
    assert macro.read_text() == "old"
    assert macros(shop) == ["change_users.sql", "change_users.yml"]
