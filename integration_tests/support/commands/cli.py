"""``dbt-batch-ops`` as a user types it, on a project and a database."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_batch_ops.dbt_host.program import SETTING
from support.commands.dbt import Dbt
from support.commands.dbt_process import host
from support.commands.terminal import Terminal, heed_signals
from support.patience import PATIENCE

_NUMBERS = itertools.count(1)
_PROGRAM = (sys.executable, "-m", "dbt_batch_ops")


@dataclass(frozen=True)
class CliResult:
    """How a command ended.

    Attributes:
        exit_code: 0 when all went well.
        output: What it printed to stdout, dbt's words included.
        errors: What it printed to stderr.
    """

    exit_code: int
    output: str
    errors: str

    def __str__(self) -> str:
        return f"{self.output}{self.errors}(exit code {self.exit_code})"


class CliProcess:
    """A running command, in a process group of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        # Of its own: several may run at once.
        name = f"cli-{next(_NUMBERS)}"
        self._output = folder / f"{name}-output.txt"
        self._errors = folder / f"{name}-errors.txt"
        with self._output.open("wb") as output, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=heed_signals,
            )

    @property
    def output(self) -> str:
        """What it has printed to stdout so far."""
        return self._output.read_text(errors="replace")

    @property
    def errors(self) -> str:
        """What it has printed to stderr so far."""
        return self._errors.read_text(errors="replace")

    def send(self, data: bytes) -> None:
        """Give it something to read on standard input."""
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Return as soon as it has printed a text, to either stream."""
        deadline = time.monotonic() + seconds
        while text not in (said := self.output + self.errors):
            assert self._process.poll() is None, f"it ended without printing {text!r}:\n{said}"
            assert time.monotonic() < deadline, f"it did not print {text!r}:\n{said}"
            time.sleep(0.01)

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        """Send a signal to it; to its whole group as a terminal does."""
        (os.killpg if group else os.kill)(self._process.pid, number)

    def kill(self) -> None:
        """End it and all that it started, if it has not ended; for cleaning up."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def wait(self, seconds: float = PATIENCE) -> CliResult:
        """Return how it ended (minus the signal when it was killed)."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise AssertionError(f"it did not end within {seconds} s:\n{self.output}") from None
        return CliResult(code, self.output, self.errors)


class Cli:
    """Runs commands in the project of a dbt, with its environment.

    Args:
        dbt: The dbt.
        is_cold: Whether commands start dbt as they do for users, and not by the host of the tests.
    """

    def __init__(self, dbt: Dbt, *, is_cold: bool = False) -> None:
        self.folder = dbt.project
        self._environment = dbt._environment
        self._program = {} if is_cold else {SETTING: host().program}

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        program: Sequence[str] = (),
    ) -> CliProcess:
        """Start a command, as arguments of another program if one is given, and return at once."""
        command = [*program, *_PROGRAM, *arguments]
        return CliProcess(command, self._environment_of(arguments, environment or {}), self.folder)

    def open_terminal(self, *arguments: str, size: tuple[int, int] = (80, 24)) -> Terminal:
        """Start a command in a terminal of its own, with so many columns and lines."""
        environment = {**self._environment_of(arguments, {}), "TERM": "xterm-256color"}
        # GNU readline, once imported, sets both: they would hide the size of this terminal.
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        return Terminal([*_PROGRAM, *arguments], environment, self.folder, size)

    def _environment_of(self, arguments: Sequence[str], more: Mapping[str, str]) -> dict[str, str]:
        # A test of operations has a host of its own, which is not to be left out.
        program = {} if arguments[:1] == ("test",) else self._program
        return {**self._environment, **program, **more}

    def run(
        self,
        *arguments: str,
        check: bool = True,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> CliResult:
        """Run a command to its end; with ``check``, a failure is an AssertionError that shows the output."""
        process = self.start(*arguments, environment=environment)
        if stdin:
            process.send(stdin)
        result = process.wait()
        if check:
            assert result.exit_code == 0, str(result)
        return result
