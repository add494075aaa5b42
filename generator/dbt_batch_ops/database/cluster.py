"""The data folder of a private server: how it is made, configured, and what it says about its server."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from dbt_batch_ops.database.account import Account
from dbt_batch_ops.database.binaries import Binaries
from dbt_batch_ops.database.errors import DatabaseError

SUPERUSER = "postgres"
"""The role that owns a private server."""

_SETTINGS_FILE = "private.conf"


class Cluster:
    """A data folder.

    Args:
        data: The folder; its parent exists and can be entered by the account.
        binaries: The programs that work on it.
        account: The account they run under.
    """

    def __init__(self, data: Path, binaries: Binaries, account: Account) -> None:
        self.data = data
        self.binaries = binaries
        self.account = account

    def create(self, password: str) -> None:
        """Make the folder and an empty database system in it, owned by ``SUPERUSER`` with this password."""
        self.data.mkdir(mode=0o700)
        self.account.own(self.data)
        password_file = self.data.with_name("password")
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        self.account.own(password_file)
        try:
            self._initdb(password_file)
        finally:
            password_file.unlink()
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"\ninclude '{_SETTINGS_FILE}'\n")

    def _initdb(self, password_file: Path) -> None:
        command = [self.binaries.program("initdb"), "-D", str(self.data), "-U", SUPERUSER]
        command += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
        command += ["-E", "UTF8", "--locale=C", "--no-sync"]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=self.environment,
            **self.account.process_options,
        )
        if done.returncode != 0:
            raise DatabaseError(f"initdb could not make a database in {self.data}:\n{done.stderr.strip()}")

    def configure(self, settings: Mapping[str, str]) -> None:
        """Write the settings that the next start of the server reads."""
        lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()]
        path = self.data / _SETTINGS_FILE
        path.write_text("".join(lines))
        self.account.own(path)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its programs: no settings of other servers; macOS needs a locale to be set."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        return inherited | {"LC_ALL": "C"}

    @property
    def server_pid(self) -> int | None:
        """The process that the folder says is its server, alive or not."""
        lines = self._pid_file_lines()
        return int(lines[0]) if lines and lines[0].isdigit() else None

    @property
    def is_ready(self) -> bool:
        """Whether the folder says that its server accepts connections."""
        lines = self._pid_file_lines()
        return len(lines) > 7 and lines[7] == "ready"

    def _pid_file_lines(self) -> list[str]:
        try:
            text = (self.data / "postmaster.pid").read_text()
        except FileNotFoundError:
            return []
        return [line.strip() for line in text.splitlines()]

    def stop_leftover(self) -> None:
        """Stop a server that an earlier, killed program left behind on this folder."""
        pid = self.server_pid
        status = [self.binaries.program("pg_ctl"), "status", "-D", str(self.data)]
        if pid is None or not self.account.can_run(status):
            return
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 30
        while self.account.can_run(status):
            if time.monotonic() > deadline:
                raise DatabaseError(
                    f"The PostgreSQL server of an earlier run does not stop. Type: kill -9 {pid}"
                )
            time.sleep(0.05)
