"""A session on a Spark server beside those of dbt: tables, and statements that stop in their middle."""

import threading
import time
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.types import LongType

from support.adapters.delta import DeltaTable
from support.patience import PATIENCE


class Client:
    """One session. The server forgets its tables with it."""

    def __init__(self, url: str):
        self._session = SparkSession.builder.remote(url).create()
        # A client retries for many minutes when its server is gone.
        self._session.client.set_retry_policies([DefaultPolicy(max_retries=1)])

    def run(self, statement: str) -> list[tuple]:
        """Run one statement and return its rows."""
        return [tuple(row) for row in self._session.sql(statement).collect()]

    def make_table(self, name: str, location: Path, query: str) -> DeltaTable:
        """A Delta table in a folder with the rows of a query (one commit for both)."""
        self.run(f"create table {name} using delta location '{location}' as {query}")
        return DeltaTable(location)

    def register_gate(self, gate: "Gate") -> None:
        """Give statements of this session a function ``gate(number)``: its number, when the gate is open."""
        reached, opened = str(gate.reached), str(gate.opened)

        def wait(number):
            import time
            from pathlib import Path

            Path(reached).touch()
            for _ in range(6000):
                if Path(opened).exists():
                    return number
                time.sleep(0.01)
            raise TimeoutError("the gate was never opened")

        self._session.udf.register("gate", wait, LongType())

    def close(self) -> None:
        """End the session."""
        self._session.stop()


class Gate:
    """Where a statement stops in its middle, after it has read the table and before it commits."""

    def __init__(self, folder: Path):
        folder.mkdir()
        self.reached = folder / "reached"
        self.opened = folder / "opened"

    def wait_until_reached(self) -> None:
        """Return when the statement is at the gate."""
        deadline = time.monotonic() + PATIENCE
        while not self.reached.exists():
            assert time.monotonic() < deadline, "the statement has not come to the gate"
            time.sleep(0.01)

    def open(self) -> None:
        """Let it go on."""
        self.opened.touch()


class Background:
    """A statement that runs in a thread."""

    def __init__(self, client: Client, statement: str):
        self.error: Exception | None = None
        self._client, self._statement = client, statement
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._client.run(self._statement)
        except Exception as error:
            self.error = error

    def wait(self) -> "Background":
        """Return when it has ended, in whatever way."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), f"did not end: {self._statement}"
        return self
