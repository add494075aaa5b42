"""Real dbt command lines in processes of their own, without the two seconds that dbt takes to get going.

The processes are forked from one that has imported and tried dbt already. Apart from that they are what a
shell would start: own arguments, environment, folder, output, exit code, and a session of their own, so that
they can be killed like any other process.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from support.commands.forks import fork


def _become_dbt(arguments: Sequence[str], environment: Mapping[str, str], folder: str, output: str) -> None:
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = ["dbt", *arguments]
    from dbt.cli.main import cli

    cli()


class DbtProcess:
    """One running dbt command."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path):
        self.command = " ".join(["dbt", *arguments])
        self._output = output
        output.write_text("")
        self._process = fork(_become_dbt, list(arguments), dict(environment), str(folder), str(output))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_alive()

    @property
    def output(self) -> str:
        """All that it has printed so far, to either stream."""
        return self._output.read_text(errors="replace")

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Return as soon as it has printed a text."""
        deadline = time.monotonic() + seconds
        while text not in self.output:
            assert self.is_running, f"{self.command} ended without printing {text!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"{self.command} did not print {text!r}:\n{self.output}"
            time.sleep(0.01)

    def wait(self, seconds: float = 120) -> int:
        """Return its exit code (minus the signal when it was killed)."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            self.kill()
            raise AssertionError(f"{self.command} did not end within {seconds} s:\n{self.output}")
        return self._process.exitcode

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
        self._process.join()
