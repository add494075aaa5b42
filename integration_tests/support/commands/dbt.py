"""dbt as a user types it, on a project and a database."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.commands.dbt_process import DbtProcess

_CLOCK = re.compile(r"^\d\d:\d\d:\d\d  ?", re.MULTILINE)
_QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
    "DBT_LOG_LEVEL_FILE": "none",
    # A seventh of a command: the files are for those who look at the graph.
    "DBT_WRITE_JSON": "false",
}


@dataclass(frozen=True)
class DbtResult:
    """How a dbt command ended.

    Attributes:
        command: The command line.
        exit_code: 0 when all went well.
        output: What it printed, to either stream, without the time of day at the start of lines.
    """

    command: str
    exit_code: int
    output: str

    @property
    def lines(self) -> list[str]:
        return self.output.splitlines()

    def __str__(self) -> str:
        return f"$ {self.command}\n{self.output}(exit code {self.exit_code})"


class Dbt:
    """Runs dbt commands in one project.

    Args:
        project: The project's folder; ``profiles.yml`` is in it.
        environment: Variables on top of this process's own, such as those that ``profiles.yml`` reads.
    """

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        self.project = project
        # The name of the test would make each environment another one.
        ours = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        self._environment = {**ours, **_QUIET, "DBT_PROFILES_DIR": str(project), **environment}
        self._slots: list[DbtProcess] = []

    def start(self, *arguments: str, environment: Mapping[str, str] | None = None) -> DbtProcess:
        """Start a command and return at once. Commands that run at once have target folders apart."""
        slot = next((n for n, process in enumerate(self._slots) if not process.is_running), len(self._slots))
        target = self.project / ("target" if slot == 0 else f"target-{slot}")
        apart = {"DBT_TARGET_PATH": str(target), "DBT_LOG_PATH": str(target)}
        output = self.project / f"output-{slot}.txt"
        process = DbtProcess(
            arguments, {**self._environment, **apart, **(environment or {})}, self.project, output
        )
        self._slots[slot : slot + 1] = [process]
        return process

    def run(
        self, *arguments: str, check: bool = True, environment: Mapping[str, str] | None = None
    ) -> DbtResult:
        """Run a command to its end; with ``check``, a failure is an AssertionError that shows the output."""
        return self.finish(self.start(*arguments, environment=environment), check=check)

    def finish(self, process: DbtProcess, *, check: bool = True) -> DbtResult:
        """Wait for a started command."""
        exit_code = process.wait()
        result = DbtResult(process.command, exit_code, _CLOCK.sub("", process.output))
        if check:
            assert exit_code == 0, str(result)
        return result

    def start_operation(self, name: str, args: Mapping[str, Any] | str | None = None) -> DbtProcess:
        """Start ``dbt run-operation``; ``args`` as a mapping, or as the YAML that a user types."""
        return self.start(*_run_operation(name, args))

    def run_operation(
        self, name: str, args: Mapping[str, Any] | str | None = None, *, check: bool = True
    ) -> DbtResult:
        """Run ``dbt run-operation`` to its end; arguments as above."""
        return self.run(*_run_operation(name, args), check=check)


def _run_operation(name: str, args: Mapping[str, Any] | str | None) -> list[str]:
    command = ["run-operation", name]
    if args:
        command += ["--args", args if isinstance(args, str) else json.dumps(args, ensure_ascii=False)]
    return command


def failing(dbt: Dbt, operation: str, args: Mapping[str, Any] | None = None) -> str:
    """Run an operation that has to fail, and return what it prints."""
    result = dbt.run_operation(operation, args, check=False)
    assert result.exit_code != 0, str(result)
    return result.output
