"""A private PostgreSQL server: started and stopped by this program, reachable from this machine only."""

from __future__ import annotations

import atexit
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from dbt_batch_ops.database.account import Account
from dbt_batch_ops.database.binaries import Binaries, find_binaries
from dbt_batch_ops.database.cluster import SUPERUSER, Cluster
from dbt_batch_ops.database.connection import Connection
from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.database.folder import ServerFolder
from dbt_batch_ops.database.lifeline import Lifeline

_HOST = "127.0.0.1"
_START_TIMEOUT = 60.0
# A start that fails for one of these reasons succeeds a little later, or on another port: a port taken by
# somebody else meanwhile, and processes of a killed server that have not noticed yet.
_PASSING = ("could not create any TCP/IP sockets", "is still in use", "postmaster.pid", "still running")


class Server:
    """A PostgreSQL server that lives no longer than this program, and its data no longer than this object.

    It listens on a free port of the loopback address and on no Unix socket, whose path would have to be
    short. The first start makes a new database system; after ``stop`` or ``kill``, ``start`` brings the same
    data back on the same port. ``close`` (or the end of the ``with`` block) removes everything but the log.

    Args:
        folder: Where to keep the data, or None for a temporary folder.
        binaries: The programs; found by ``find_binaries`` when not given.
        settings: Settings for ``postgresql.conf``, by name.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        binaries: Binaries | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        account = Account.for_server()
        self._folder = ServerFolder(folder, account)
        self.log = self._folder.path / "server.log"
        self._settings = dict(settings or {})
        self._password = secrets.token_urlsafe(18)
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: Lifeline | None = None
        leftovers = self._folder.leftovers()
        self._home = self._folder.new_home()
        try:
            runnable = account.runnable(binaries or find_binaries(), self._home / "postgres")
            self._cluster = Cluster(self._home / "data", runnable, account)
            for leftover in leftovers:
                Cluster(leftover / "data", runnable, account).stop_leftover()
                shutil.rmtree(leftover, ignore_errors=True)
        except BaseException:
            self._remove()
            raise
        atexit.register(self.close)

    @property
    def binaries(self) -> Binaries:
        """The programs that the server runs from."""
        return self._cluster.binaries

    @property
    def connection(self) -> Connection:
        """How to connect to the server, as its owner."""
        return Connection(_HOST, self._port, SUPERUSER, self._password, "postgres")

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and return when it accepts connections.

        Raises:
            DatabaseError: It does not start; the message ends with what the server said.
        """
        if self.pid is not None:
            return
        if not self._cluster.data.exists():
            self._cluster.create(self._password)
        first = self._port == 0
        deadline = time.monotonic() + _START_TIMEOUT
        while True:
            said = self._try_to_start(_free_port() if first else self._port, deadline)
            if said is None:
                return
            if time.monotonic() > deadline or not any(reason in said for reason in _PASSING):
                raise DatabaseError(f"PostgreSQL did not start ({self.log}):\n{said}")
            time.sleep(0.2)

    def _try_to_start(self, port: int, deadline: float) -> str | None:
        """Start once; return None when the server is ready, else what it said."""
        address = {"listen_addresses": _HOST, "port": str(port), "unix_socket_directories": ""}
        self._cluster.configure({"timezone": "UTC"} | self._settings | address)
        with self.log.open("ab") as log:
            log_start = log.tell()
            process = subprocess.Popen(
                [self.binaries.program("postgres"), "-D", str(self._cluster.data)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._cluster.environment,
                start_new_session=True,
                **self._cluster.account.process_options,
            )
        remove = self._folder.path if self._folder.is_temporary else self._home
        self._process, self._port = process, port
        self._lifeline = Lifeline(process.pid, self._cluster.data, remove)
        while process.poll() is None and time.monotonic() < deadline:
            if self._cluster.server_pid == process.pid and self._cluster.is_ready:
                return None
            time.sleep(0.02)
        self._signal(signal.SIGQUIT)
        return self.log.read_bytes()[log_start:].decode(errors="replace").strip()

    def stop(self, *, immediately: bool = False) -> None:
        """Stop the server and keep its data.

        Args:
            immediately: Stop as in a crash, without writing anything more (``pg_ctl stop -m immediate``).
        """
        self._signal(signal.SIGQUIT if immediately else signal.SIGINT)

    def kill(self) -> None:
        """Kill the server's main process with SIGKILL; its other processes end when they notice."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(number)
            self._process.wait()
        if self._lifeline is not None:
            self._lifeline.let_go()
        self._process = self._lifeline = None

    def close(self) -> None:
        """Stop the server for good and remove its data."""
        atexit.unregister(self.close)
        self.stop(immediately=True)
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self._home, ignore_errors=True)
        self._folder.release()

    def __enter__(self) -> Server:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
    return port
