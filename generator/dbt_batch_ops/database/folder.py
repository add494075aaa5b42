"""The folder that a private server lives in, and the right to use it alone."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from dbt_batch_ops.database.account import Account
from dbt_batch_ops.database.errors import DatabaseError


class ServerFolder:
    """A folder that belongs to one running program at a time.

    Args:
        wanted: The folder to use, or None for a new temporary one. Where the server's account cannot reach it
            (root's own folders, for a server that must not run as root), a temporary one is taken as well.
        account: The account that the server runs under.

    Raises:
        DatabaseError: Another program is using it.
    """

    def __init__(self, wanted: Path | None, account: Account) -> None:
        if wanted:
            wanted.mkdir(parents=True, exist_ok=True)
        if wanted and account.can_enter(wanted):
            self.is_temporary = False
            self.path = wanted.resolve()
        else:
            self.is_temporary = True
            self.path = Path(tempfile.mkdtemp(prefix="dbt-batch-ops-")).resolve()
            self.path.chmod(0o711)
        self._lock = (self.path / "lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.seek(0)
            raise DatabaseError(
                f"The server in {self.path} is in use by process {self._lock.read().strip() or 'unknown'}. "
                "Wait until it has finished, or stop it."
            ) from None
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def leftovers(self) -> list[Path]:
        """Return what earlier servers left behind because their programs were killed."""
        return sorted(self.path.glob("server-*"))

    def new_home(self) -> Path:
        """Make a folder for one server, under a new name: what cleans up after an earlier one spares it."""
        home = self.path / f"server-{secrets.token_hex(4)}"
        home.mkdir()
        home.chmod(0o711)
        return home

    def release(self) -> None:
        """Let others use the folder; a temporary one is removed."""
        self._lock.close()
        if self.is_temporary:
            shutil.rmtree(self.path, ignore_errors=True)
