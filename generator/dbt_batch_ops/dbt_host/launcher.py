"""Who starts dbt commands: a host of our own, or the program that the user names."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from dbt_batch_ops.dbt_host.command import Command, HostedCommand, ProgramCommand
from dbt_batch_ops.dbt_host.errors import DbtError
from dbt_batch_ops.dbt_host.program import chosen_program, start_program
from dbt_batch_ops.dbt_host.wire import connect, send_request, umask

# As a module, `-m`, it would find what lies in the current folder first. The helper of Python that cleans up
# behind dbts that were killed would warn that it had to.
_SERVER = (
    *("-W", "ignore::UserWarning:multiprocessing.resource_tracker", "-c"),
    (
        "import sys; sys.path = [folder for folder in sys.path if folder]; "
        "from dbt_batch_ops.dbt_host.server import main; main()"
    ),
)
_CLIENT = Path(__file__).with_name("client.py")
_PATIENCE = 60
_LONGEST_LOG = 4000


class Launcher(ABC):
    """Starts dbt commands; whatever still runs when it is closed ends."""

    @abstractmethod
    def start(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
    ) -> Command:
        """Start a command and return at once, or as soon as its project is parsed.

        Args:
            words: The command line, without ``dbt``.
            environment: All of its environment.
            folder: Its working directory.
            output: The file that it prints to.

        Raises:
            DbtError: It cannot be started.
        """

    @abstractmethod
    def close(self) -> None:
        """End all commands that still run."""

    def __enter__(self) -> Launcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class DbtHost(Launcher):
    """A process that parses projects once and forks itself for each command; see ``server``.

    Args:
        run_variables: How the names of environment variables begin that the projects read only when something
            runs: another value is no reason to parse again.
    """

    def __init__(self, run_variables: Sequence[str] = ()) -> None:
        self._folder = _new_folder()
        self._umask = umask()
        address = self._folder / "host"
        self._address = str(address)
        self._log = self._folder / "log"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, self._log.open("wb") as log:
            listener.bind(self._address)
            listener.listen(100)
            self._process = subprocess.Popen(
                [sys.executable, *_SERVER, str(listener.fileno()), str(self._folder), *run_variables],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def program(self) -> str:
        """The command line of a program that stands for dbt, for as long as the host is there."""
        return shlex.join([sys.executable, "-I", "-S", str(_CLIENT), self._address])

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
    ) -> HostedCommand:
        """Start a command; see above."""
        request = {
            "words": list(words),
            "environment": dict(environment),
            "folder": str(folder),
            "umask": self._umask,
            "ignored": [],
        }
        with output.open("wb") as printed, Path(os.devnull).open("rb") as nothing:
            try:
                connection = connect(self._address)
                send_request(connection, request, [nothing.fileno(), printed.fileno(), printed.fileno()])
            except OSError as error:
                raise DbtError(f"the process that runs dbt is gone; it said:\n{self._said()}") from error
        return HostedCommand(connection, output, self._said)

    def close(self) -> None:
        """End the process and all commands that still run."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _said(self) -> str:
        try:
            return self._log.read_text(encoding="utf-8", errors="replace").strip()[-_LONGEST_LOG:]
        except FileNotFoundError:
            return ""


class DbtProgram(Launcher):
    """Starts a program for each command.

    Args:
        program: The words that start dbt.
    """

    def __init__(self, program: Sequence[str]) -> None:
        self._program = program
        self._commands: list[ProgramCommand] = []

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path
    ) -> ProgramCommand:
        """Start a command; see above."""
        with output.open("wb") as printed:
            process = start_program(
                [*self._program, *words],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )
        command = ProgramCommand(process, output)
        self._commands = [one for one in self._commands if one.is_running]
        self._commands.append(command)
        return command

    def close(self) -> None:
        """End all commands that still run."""
        for command in self._commands:
            if command.is_running:
                command.kill()


def open_launcher() -> Launcher:
    """Return what starts dbt here.

    Raises:
        DbtError: The program that the user names cannot be started.
    """
    program = chosen_program()
    return DbtProgram(program) if program else DbtHost()


def _new_folder() -> Path:
    """Make a folder that only its owner may look into; its path is short enough for a socket in it."""
    longest = 100
    folder = tempfile.mkdtemp(prefix="dbt-batch-ops-host-")
    if len(folder) + len("/host") > longest:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="dbt-batch-ops-host-", dir="/tmp")
    return Path(folder)
