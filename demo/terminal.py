"""Runs commands as a person at a terminal would, showing what is typed and what comes back."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote

from demo import screen

_CLOCK = re.compile(r"^\d\d:\d\d:\d\d( {1,2}|$)")
# What dbt says before every run-operation and does not change from one to the next.
_PREAMBLE = (
    "Running with dbt=",
    "Registered adapter:",
    "Found ",
    "Unable to do partial parsing",
    "Updating lock",
)
_PROGRESS = re.compile(r"(\d+) %")


class CommandFailedError(Exception):
    """A command of the demo ended with an error; its output has been shown."""


class Terminal:
    """A terminal in one folder.

    Args:
        folder: The folder to run commands in.
        environment: Variables on top of this process's own.

    Attributes:
        folder: The same.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        programs = str(Path(sys.executable).parent)
        path = os.pathsep.join([programs, os.environ.get("PATH", "")])
        self._environment = {
            **os.environ,
            **environment,
            "PATH": path,
            "PYTHONUNBUFFERED": "1",
            "DO_NOT_TRACK": "1",
            "DBT_USE_COLORS": "false",
            "DBT_VERSION_CHECK": "false",
            "DBT_PROFILES_DIR": ".",
        }

    def run(self, *command: str, show_as: str | None = None) -> None:
        """Run a command to its end.

        Args:
            command: The program and its arguments.
            show_as: What to print instead of the command line, when that is too long to read.

        Raises:
            CommandFailedError: It ended with an exit code other than 0.
        """
        exit_code = self._run(command, show_as, kill_at_percent=None)
        if exit_code != 0:
            raise CommandFailedError(f"{' '.join(command[:3])} ended with exit code {exit_code}")

    def run_and_kill(self, *command: str, at_percent: int) -> None:
        """Run a command and kill it with SIGKILL once its progress says more than so many percent.

        Args:
            command: The program and its arguments.
            at_percent: The progress to wait for.

        Raises:
            CommandFailedError: It ended before that.
        """
        exit_code = self._run(command, None, kill_at_percent=at_percent)
        if exit_code != -signal.SIGKILL:
            raise CommandFailedError(f"{' '.join(command[:3])} ended before it was killed ({exit_code})")

    def _run(self, command: Sequence[str], show_as: str | None, kill_at_percent: int | None) -> int:
        screen.command(show_as or " ".join(_typed(word) for word in command))
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            for line in process.stdout or ():
                text = _CLOCK.sub("", line.rstrip())
                if text.strip() and not text.startswith(_PREAMBLE):
                    screen.output(text)
                progress = _PROGRESS.search(text)
                if kill_at_percent is not None and progress and int(progress[1]) > kill_at_percent:
                    os.killpg(process.pid, signal.SIGKILL)
                    screen.command(f"kill -9 {process.pid}")
                    break
            return process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def _typed(word: str) -> str:
    """Quote a word as a person would, who puts only what needs it between quotes."""
    return word if "'" not in quote(word) else quote(word)
