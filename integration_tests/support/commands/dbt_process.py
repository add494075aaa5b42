"""Real dbt command lines in processes of their own, without the four seconds that dbt takes to get going.

The processes are forked by a host: one for all projects of these tests, which ends with them. Apart from that
they are what a shell would start: own arguments, environment, folder, output, exit code, and a session of
their own, so that they can be killed like any other process.
"""

import atexit
import functools
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from dbt_batch_ops.dbt_host.launcher import DbtHost
from support.patience import PATIENCE

# What macros of these tests read: it holds a command up, or tells it to fail.
_OF_THE_TESTS = ("TEST_",)


@functools.cache
def host() -> DbtHost:
    """Return the host, started when it is needed first."""
    started = DbtHost(_OF_THE_TESTS)
    atexit.register(started.close)
    return started


def hosted_commands() -> list[int]:
    """Return the processes of all commands that run in the host: its children with a group of their own."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    lines = [line.split() for line in listed.stdout.splitlines()]
    return [
        int(pid)
        for pid, parent, group, state in lines
        if int(parent) == host().pid and group == pid and "Z" not in state
    ]


class DbtProcess:
    """One running dbt command."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path):
        self.command = " ".join(["dbt", *arguments])
        self._process = host().start(arguments, environment, folder, output)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    @property
    def output(self) -> str:
        """All that it has printed so far, to either stream."""
        return self._process.printed

    def wait_for(self, text: str, seconds: float = PATIENCE) -> None:
        """Return as soon as it has printed a text."""
        deadline = time.monotonic() + seconds
        while text not in self.output:
            assert self.is_running, f"{self.command} ended without printing {text!r}:\n{self.output}"
            assert time.monotonic() < deadline, f"{self.command} did not print {text!r}:\n{self.output}"
            time.sleep(0.01)

    def wait(self, seconds: float = PATIENCE) -> int:
        """Return its exit code (minus the signal when it was killed)."""
        code = self._process.wait(seconds)
        if code is None:
            self.kill()
            raise AssertionError(f"{self.command} did not end within {seconds} s:\n{self.output}")
        return code

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        self._process.signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
