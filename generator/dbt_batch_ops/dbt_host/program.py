"""The dbt that a user names: a program in another environment, or dbt v2."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dbt_batch_ops.dbt_host.errors import DbtError

SETTING = "DBT_BATCH_OPS_DBT"
_ALLOWED = (
    "it may be the path of a dbt program, or a command line that starts one; "
    f"for example: export {SETTING}=/opt/dbt/bin/dbt"
)


# The program `dbt` of this Python. As a module, `-m dbt.cli.main`, it makes Python print a warning.
_DBT = (
    "import sys; sys.path = [folder for folder in sys.path if folder]; "
    "from dbt.cli.main import cli; cli(prog_name='dbt')"
)


def dbt_program(*options: str) -> list[str]:
    """Return the words that start dbt: the program that the user names, or that of this Python.

    Args:
        options: Options of Python, where it is that one.

    Raises:
        DbtError: There is no such program.
    """
    return chosen_program() or [sys.executable, *options, "-c", _DBT]


def chosen_program() -> list[str] | None:
    """Return the words that start the dbt which the user names; ``None`` where there is no such setting.

    Raises:
        DbtError: There is no such program.
    """
    given = os.environ.get(SETTING, "").strip()
    if not given:
        return None
    if Path(given).expanduser().is_file():
        # A path may have spaces.
        words = [given]
    else:
        try:
            words = shlex.split(given)
        except ValueError as error:
            raise DbtError(f"{SETTING} is no command line ({error}): {given}\n{_ALLOWED}") from error
    found = shutil.which(str(Path(words[0]).expanduser())) if words else None
    if found is None:
        named = words[0] if words else given
        what = "cannot be executed" if named and Path(named).expanduser().exists() else "is not there"
        raise DbtError(f"{SETTING} names the program '{named}', which {what}\n{_ALLOWED}")
    return [os.path.abspath(found), *words[1:]]  # noqa: PTH100 - a link may be what decides


def start_program(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program that the user names.

    Args:
        command: Its words.
        options: As for ``subprocess.Popen``.

    Raises:
        DbtError: The system cannot execute it.
    """
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(command, **options)
    except OSError as error:
        raise DbtError(
            f"{SETTING}: '{command[0]}' cannot be executed: {error.strerror}\n{_ALLOWED}"
        ) from error
    return process
