"""Workers without dbt: small client processes that call ``batch_ops.work`` slice after slice.

A dbt process takes a second to start; these take a few milliseconds, so that many can be killed.
"""

import multiprocessing
import os
import sys
from collections import deque
from contextlib import closing, suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection as Pipe
from typing import Any

import psycopg2

from support.database.database import Database
from support.engine import protocol
from support.patience import PATIENCE

# Forked from a process that has imported this module: no such process inherits what the tests have open.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def _work(url: str, operation_id: str, slice_seconds: float, told: Pipe) -> None:
    """Do what the macro `_work_off` does, until the run needs no more slices."""
    with closing(psycopg2.connect(url)) as session, session.cursor() as cursor:
        session.autocommit = True
        told.send(session.info.backend_pid)
        try:
            told.recv()
            summary = protocol.run_summary(cursor, operation_id)
            remaining, state = summary["remaining_seconds"], None
            while protocol.goes_on(state):
                protocol.limit_slice(cursor, summary, remaining, slice_seconds)
                state = protocol.work(cursor, operation_id, slice_seconds, state)
                remaining = state["remaining_seconds"]
                told.send(state)
        except psycopg2.Error as error:
            told.send({"error": str(error), "sqlstate": error.pgcode})
        except EOFError:
            # Nobody is there any more who could say when to begin.
            return


class Worker:
    """A client process with one session that works on a run until it needs no more slices.

    Args:
        database: Where the run is.
        operation_id: The run.
        slice_seconds: How long one call works.
        begins: Whether it begins at once; else it has a session and waits for ``begin``.
    """

    def __init__(
        self, database: Database, operation_id: str, slice_seconds: float = 0.1, *, begins: bool = True
    ) -> None:
        self._told, tell = _CONTEXT.Pipe()
        arguments = (database.connection.url, operation_id, slice_seconds, tell)
        self._process = _CONTEXT.Process(target=_work, args=arguments, daemon=True)
        _start_server()
        self._process.start()
        tell.close()
        self._slices: deque[dict[str, Any]] = deque()
        self.backend: int = self._told.recv()
        if begins:
            self.begin()

    def begin(self) -> None:
        """Let it work."""
        self._told.send("begin")

    @property
    def is_running(self) -> bool:
        """Whether the client process is there."""
        # Whoever asks this again and again hears what it tells: a pipe that nobody reads is full some time.
        with suppress(EOFError):
            while self._told.poll():
                self._slices.append(self._told.recv())
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL for the client. Its session works on to the end of the slice: the server is not told."""
        self._process.kill()
        self._process.join()

    def next_slice(self) -> dict[str, Any]:
        """Wait until its next slice has ended, and return what that said (`error` when the call failed)."""
        if self._slices:
            return self._slices.popleft()
        assert self._told.poll(PATIENCE), f"worker {self.backend} does not end its slice"
        return self._told.recv()

    def wait(self) -> list[dict[str, Any]]:
        """Wait until the worker has ended, and return what its slices said; the last may be an error."""
        slices = []
        with suppress(EOFError):
            while True:
                slices.append(self.next_slice())
        self._process.join()
        return slices


def _start_server() -> None:
    # It knows where to import from by its environment only, before Python 3.14.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before
