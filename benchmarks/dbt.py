"""The real ``dbt`` executable, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measurement import MeasurementError

# No calls to the outside, whose time would be the network's.
_NO_NETWORK = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
}
# getrusage counts kilobytes, except on macOS.
_MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Finished:
    """A process that has ended well.

    Attributes:
        output: What it printed, to either stream.
        seconds: From before its start to after its end.
        peak_memory: The most bytes of memory it had at one time.
    """

    output: str
    seconds: float
    peak_memory: int


def program(name: str) -> str:
    """Return the path of a program of this Python environment."""
    return str(Path(sys.executable).with_name(name))


def run(command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> Finished:
    """Run a command to its end and measure the whole process.

    Args:
        command: The program and its arguments.
        folder: Where to run it.
        environment: Variables on top of this process's own.

    Raises:
        MeasurementError: It ended with an exit code other than 0; the message holds its output.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - started
        # Popen did not see the process end; without this it would warn.
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if process.returncode != 0:
        shown = " ".join([Path(command[0]).name, *command[1:]])
        raise MeasurementError(f"{shown} ended with exit code {process.returncode}:\n{text.strip()}")
    return Finished(text, seconds, usage.ru_maxrss * _MEMORY_UNIT)


class Dbt:
    """dbt in one project, with one database.

    Args:
        project: The project's folder; ``profiles.yml`` is in it.
        environment: The variables that ``profiles.yml`` reads.
        executable: The dbt to use; that of this Python environment when it is not given.
    """

    def __init__(self, project: Path, environment: Mapping[str, str], executable: str | None = None) -> None:
        self.project = project
        self._executable = executable or program("dbt")
        self._environment = {**environment, **_NO_NETWORK, "DBT_PROFILES_DIR": str(project)}

    def run(self, *arguments: str) -> Finished:
        """Run a dbt command."""
        return run([self._executable, *arguments], self.project, self._environment)

    def run_operation(self, name: str, arguments: Mapping[str, Any] | None = None) -> Finished:
        """Run ``dbt run-operation``."""
        given = ["--args", json.dumps(arguments)] if arguments else []
        return self.run("run-operation", name, *given)
