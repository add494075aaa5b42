"""dbt commands on one project, each in a process of its own; see ``host``."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from dbt_batch_ops.database.errors import DatabaseError

_QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
    "DBT_LOG_LEVEL_FILE": "none",
    "PYTHONWARNINGS": "ignore",
}
_CLOCK = re.compile(r"^\d\d:\d\d:\d\d  ?", re.MULTILINE)
_CHATTER = ("Running with dbt=", "Registered adapter", "Found ")


class Command:
    """A dbt command that was started.

    Attributes:
        pid: Its process, once it is known.
    """

    def __init__(self, output: Path) -> None:
        self.pid: int | None = None
        self._code: int | None = None
        self._output = output
        self._has_ended = threading.Event()
        self._has_begun = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._has_ended.is_set()

    @property
    def output(self) -> str:
        """What it has printed, without the time of day and dbt's own first lines."""
        try:
            text = self._output.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        lines = _CLOCK.sub("", text).splitlines()
        return "\n".join(line for line in lines if not line.startswith(_CHATTER)).strip()

    def wait(self, seconds: float | None = None) -> int | None:
        """Return its exit code, or minus the signal that ended it; ``None`` when it has not ended by then."""
        self._has_ended.wait(seconds)
        return self._code

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._has_begun.wait()
        if self.pid is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def has_begun(self, pid: int) -> None:
        """Take note of its process."""
        self.pid = pid
        self._has_begun.set()

    def has_ended(self, code: int) -> None:
        """Take note of its end."""
        self._code = code
        self._has_begun.set()
        self._has_ended.set()


class DbtHost:
    """Starts dbt commands on one project that is parsed once.

    Args:
        project: The project's folder.
        arguments: What says where its profile is, for dbt.
        environment: Variables on top of this program's.

    Raises:
        DatabaseError: dbt cannot parse the project.
    """

    def __init__(self, project: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._folder = project
        self._commands: dict[int, Command] = {}
        paths = {"DBT_TARGET_PATH": str(project / "target"), "DBT_LOG_PATH": str(project / "logs")}
        self._log = (project / "host.log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dbt_batch_ops.scenarios.host", str(project), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, **_QUIET, **paths, **environment},
            start_new_session=True,
        )
        first = self._read()
        if first is None or "problem" in first:
            self.close()
            said = (project / "host.log").read_text(encoding="utf-8", errors="replace").strip()
            problem = (first or {}).get("problem") or said
            raise DatabaseError(f"dbt cannot read the operations:\n{problem}")
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self, macro: str, arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> Command:
        """Start ``dbt run-operation`` and return at once."""
        number = len(self._commands) + 1
        output = self._folder / f"output-{number}.txt"
        command = Command(output)
        self._commands[number] = command
        words = ["run-operation", macro]
        if arguments:
            words += ["--args", json.dumps(arguments, ensure_ascii=False, default=str)]
        request = {
            "number": number,
            "command": words,
            "environment": dict(environment or {}),
            "output": str(output),
        }
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            command.has_ended(2)
        return command

    def close(self) -> None:
        """End the process and all commands that still run."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _read(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def _listen(self) -> None:
        while (message := self._read()) is not None:
            command = self._commands[message["number"]]
            if "pid" in message:
                command.has_begun(message["pid"])
            else:
                command.has_ended(message["code"])
        for command in self._commands.values():
            if command.is_running:
                command.has_ended(2)

    def __enter__(self) -> DbtHost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
