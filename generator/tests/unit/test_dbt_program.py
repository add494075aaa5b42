"""The dbt that a user names, as a path or as a command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dbt_batch_ops.dbt_host.errors import DbtError
from dbt_batch_ops.dbt_host.program import SETTING, chosen_program, start_program


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "my dbt"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("given", [None, "", "  "])
def test_without_the_setting_there_is_no_such_program(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    if given is not None:
        monkeypatch.setenv(SETTING, given)
    assert chosen_program() is None


def test_a_path_is_one_word_and_a_command_line_has_several(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given, words in [
        (str(program), [str(program)]),
        (f" '{program}' ", [str(program)]),
        (f"'{program}' --log-level 'a b'", [str(program), "--log-level", "a b"]),
        (f"{sys.executable} -m dbt.cli.main", [sys.executable, "-m", "dbt.cli.main"]),
    ]:
        monkeypatch.setenv(SETTING, given)
        assert chosen_program() == words


def test_a_program_is_looked_for_as_a_shell_does(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("HOME", str(program.parent))
    monkeypatch.chdir(program.parent)
    for given in ("'my dbt'", "~/my dbt", "./my dbt"):
        monkeypatch.setenv(SETTING, given)
        assert chosen_program() == [str(program)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("/no/such/dbt run", "names the program '/no/such/dbt', which is not there"),
        ("''", "names the program '', which is not there"),
        (".", "names the program '.', which cannot be executed"),
        ('"', "is no command line"),
    ],
)
def test_what_is_no_program_is_refused(given: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, given)
    with pytest.raises(DbtError, match="the path of a dbt program") as raised:
        chosen_program()
    assert message in str(raised.value)


def test_what_the_system_cannot_execute_is_refused(program: Path) -> None:
    program.write_text("no program")
    with pytest.raises(DbtError, match="cannot be executed: Exec format error"):
        start_program([str(program)], stdout=subprocess.DEVNULL)
