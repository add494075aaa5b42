"""dbt as a program of its own: ``dbt run-operation`` with its output where ours goes.

It is the dbt of this Python, or the program that the user names in ``DBT_BATCH_OPS_DBT``.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

import yaml

from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.cli.signals import passed_on
from dbt_batch_ops.database.profile import ProfileOptions
from dbt_batch_ops.dbt_host.program import chosen_program, dbt_program, start_program

# A helper of Python cleans up behind a dbt that was ended, and would warn that it had to.
_ENDS_QUIETLY = ("-W", "ignore::UserWarning:multiprocessing.resource_tracker")

INTERRUPTED = 130
"""The exit code of what was asked to end."""


def parse_arguments(text: str | None, reserved: Collection[str] = ()) -> dict[str, Any]:
    """Read ``--args`` as dbt reads it.

    Args:
        text: YAML or JSON, or ``None``.
        reserved: Arguments that the command gives itself.

    Raises:
        ProjectError: It is no mapping, or has a reserved argument.
    """
    if text is None:
        return {}
    try:
        arguments = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ProjectError(f"--args is neither YAML nor JSON: {' '.join(str(error).split())}") from error
    if arguments is None:
        return {}
    if not isinstance(arguments, dict) or not all(isinstance(name, str) for name in arguments):
        raise ProjectError("--args must name arguments, for example --args '{month: 2024-05-01}'")
    taken = [name for name in arguments if name in reserved]
    if taken:
        raise ProjectError(
            f"--args: '{taken[0]}' is not for you to give here; to go on with a run or to confirm one, use "
            "dbt-batch-ops run"
            if taken[0] in ("operation_id", "confirm")
            else f"--args: '{taken[0]}' is not for you to give: it is the file that you name"
        )
    return arguments


def run_operation(options: ProfileOptions, macro: str, arguments: Mapping[str, Any] | None = None) -> int:
    """Run ``dbt run-operation`` to its end.

    Signals that ask this program to end are dbt's to answer: it knows what of its work can be resumed.

    Args:
        options: Project, profile and target.
        macro: The operation, or another macro.
        arguments: Its arguments.

    Returns:
        dbt's exit code, as a shell would see it; 130 when it failed after such a signal.

    Raises:
        DbtError: The program that the user names cannot be started.
    """
    process = start_dbt(options, macro, arguments)
    with passed_on(process) as signals:
        process.wait()
    return INTERRUPTED if signals and process.returncode != 0 else exit_code(process)


def start_dbt(
    options: ProfileOptions,
    macro: str,
    arguments: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    is_apart: bool = False,
) -> subprocess.Popen[bytes]:
    """Start ``dbt run-operation``, with its output where ours goes and nothing to read.

    Args:
        options: Project, profile and target.
        macro: The operation, or another macro.
        arguments: Its arguments.
        environment: Variables on top of this program's.
        is_apart: Whether the terminal's Ctrl-C does not reach it, and this program ends it.

    Raises:
        DbtError: The program that the user names cannot be started.
    """
    quietly = _ENDS_QUIETLY if is_apart else ()
    command = [*dbt_program(*quietly), "run-operation", macro, *options.arguments]
    if arguments:
        # JSON is YAML as long as it does not write a character as two escaped halves.
        command += ["--args", json.dumps(arguments, ensure_ascii=False, default=str)]
    sys.stdout.flush()
    return start_program(
        command,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        start_new_session=is_apart,
    )


def end_dbt(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for a dbt that was started apart."""
    if not chosen_program():
        # What it has started is Python's helper, which cleans up behind it.
        process.kill()
        return
    # The program may be one that has started dbt.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def exit_code(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code of a program that has ended, as a shell would see it."""
    return 128 - process.returncode if process.returncode < 0 else process.returncode


def install_ledger(options: ProfileOptions) -> None:
    """Install or migrate the ledger.

    Raises:
        ProjectError: dbt could not; its own message stands above.
    """
    code = run_operation(options, "dbt_batch_ops.install")
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code != 0:
        raise ProjectError("the ledger could not be installed; what dbt says is above")
