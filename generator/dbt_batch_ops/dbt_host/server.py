"""The host: a process that has imported dbt, and forks itself for every command that it is asked for.

So a command takes a tenth of a second and not four, and yet is a process of its own that can be killed. It
ends, and all its commands with it, when whoever has started it closes its standard input or is gone.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import shutil
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from dbt_batch_ops.dbt_host.child import SIGNALS, become_dbt
from dbt_batch_ops.dbt_host.manifests import Manifests
from dbt_batch_ops.dbt_host.wire import Lines, kill, receive_request, say

_OWNER = 0
_PATIENCE = 10
# dbt imports them only when a command is run, and so does each fork again.
_OF_DBT = ("run_operation", "run", "test", "build", "compile", "list", "seed", "snapshot", "show")


class _Asked:
    """A command that runs, and the connection of whoever asked for it."""

    def __init__(self, connection: socket.socket, pid: int) -> None:
        self.connection = connection
        self.lines = Lines(connection)
        self.pid = pid


class Server:
    """Runs commands until its owner is gone.

    Args:
        listener: The socket on which it is asked.
        manifests: What it has parsed.
    """

    def __init__(self, listener: socket.socket, manifests: Manifests) -> None:
        self._listener = listener
        self._manifests = manifests
        self._running: dict[int, _Asked] = {}
        self._selector = selectors.DefaultSelector()
        self._child_ended, self._wake_up = socket.socketpair()

    def run(self) -> None:
        """Serve."""
        for end in (self._child_ended, self._wake_up):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake_up.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for source in (_OWNER, self._listener, self._child_ended):
            self._selector.register(source, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj == _OWNER:
                        return
                    if key.fileobj is self._child_ended:
                        self._reap()
                    elif key.fileobj is self._listener:
                        self._accept()
                    else:
                        self._hear(key.data)
        finally:
            for pid in self._running:
                kill(pid)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.settimeout(_PATIENCE)
        try:
            request, descriptors = receive_request(connection)
        except (OSError, EOFError, ValueError):
            connection.close()
            return
        connection.settimeout(None)
        pid = self._start(request, descriptors, connection)
        self._running[pid] = asked = _Asked(connection, pid)
        self._selector.register(connection, selectors.EVENT_READ, asked)
        say(connection, "pid", pid)

    def _start(self, request: dict[str, Any], descriptors: list[int], connection: socket.socket) -> int:
        os.environ.clear()
        os.environ.update(request["environment"])
        manifest = None
        try:
            os.chdir(request["folder"])
            manifest = self._manifests.find(request["words"])
        except Exception:
            # The command will fall over the same thing, and say so to whoever has started it.
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        pid = os.fork()
        if pid == 0:
            try:
                self._leave(connection)
                become_dbt(request, descriptors, manifest)
            finally:
                # It must never go on as a second host.
                os._exit(1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        for descriptor in descriptors:
            os.close(descriptor)
        return pid

    def _leave(self, connection: socket.socket) -> None:
        """Close in a fork what is the host's: else nobody would be told of its end."""
        self._selector.close()
        others = [asked.connection for asked in self._running.values()]
        for one in (self._listener, self._child_ended, self._wake_up, connection, *others):
            one.close()

    def _hear(self, asked: _Asked) -> None:
        """Hear what whoever has started a command wants of it; without them it has to end."""
        if self._running.get(asked.pid) is not asked:
            # It has ended a moment ago.
            return
        for _, number in asked.lines.read():
            os.kill(asked.pid, number)
        if asked.lines.is_over:
            kill(asked.pid)
            self._selector.unregister(asked.connection)

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            self._child_ended.recv(1000)
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0] != 0:
                self._tell(ended[0], os.waitstatus_to_exitcode(ended[1]))

    def _tell(self, pid: int, code: int) -> None:
        # Others are helpers of Python's.
        asked = self._running.pop(pid, None)
        if asked is None:
            return
        say(asked.connection, "code", code)
        with suppress(KeyError):
            self._selector.unregister(asked.connection)
        asked.connection.close()


def main() -> None:
    """Serve on the socket with the given descriptor, with a folder of our own, until the owner is gone."""
    descriptor, folder, *run_variables = sys.argv[1:]
    listener = socket.socket(fileno=int(descriptor))
    importlib.import_module("dbt.cli.main")
    for name in _OF_DBT:
        # Not every dbt has all of them, and none is needed here.
        with suppress(ImportError):
            importlib.import_module(f"dbt.task.{name}")
    gc.freeze()
    Server(listener, Manifests(Path(folder), run_variables)).run()
    # Not after an error, which its owner reads there.
    shutil.rmtree(folder, ignore_errors=True)
