"""A Sail server, which speaks Spark's protocol, on a free port: started and ended by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from support.patience import PATIENCE


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Sail:
    """One server. Its tables are files, so they outlive it; its catalog and its sessions do not."""

    def __init__(self, folder: Path) -> None:
        self.port = _free_port()
        self._log = folder / "sail.log"
        self._process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"sc://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Return when it accepts connections."""
        environment = {
            **os.environ,
            "SAIL_MODE": "local",
            # A statement that a test holds in its middle occupies a thread; the server has one for each CPU.
            "TOKIO_WORKER_THREADS": "12",
        }
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    Path(sys.executable).with_name("sail"),
                    *("spark", "server", "--ip", "127.0.0.1", "--port", str(self.port)),
                ],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._accepts():
            assert self._process.poll() is None, f"Sail ended at once:\n{self._log.read_text()}"
            assert time.monotonic() < deadline, f"Sail does not answer:\n{self._log.read_text()}"
            time.sleep(0.05)

    def _accepts(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone. Nothing happens when it is gone already."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def __enter__(self) -> "Sail":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
