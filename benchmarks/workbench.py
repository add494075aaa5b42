"""Where measurements are made: a private PostgreSQL, a dbt project, and one fresh table at a time."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration_tests.support.database.database import Database
from integration_tests.support.database.loopback import set_up

from benchmarks.cpu import CpuWatch, cpu_seconds
from benchmarks.dbt import Dbt, Finished, program, run
from benchmarks.measurement import Measurement, MeasurementError
from benchmarks.tables import Table
from dbt_batch_ops.database import Server

REPOSITORY = Path(__file__).resolve().parent.parent
SERVER_SETTINGS = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "fsync": "on",
}
"""A server as one would run it in production; all else is PostgreSQL's default."""

_WITH_LEDGER = "template_with_ledger"
_SUM_OF_RUNS = """
select
    count(*),
    coalesce(sum(processed_records), 0),
    max(status),
    sum(extract(epoch from completed_at - started_at))
from batch_ops.runs
"""


class Workbench:
    """What a case measures with.

    Args:
        server: A running server.
        project: The folder of the dbt project.
        rows: How many rows a table has where the case does not say otherwise.
        specs: Specs besides those of the project: file name to text.

    Attributes:
        rows: The same.
        folder: Where cases may leave files.
        database: The database of the measurement that is being made.
        dbt: dbt in the project.
    """

    def __init__(self, server: Server, project: Path, rows: int, specs: Mapping[str, str]) -> None:
        self._specs = specs
        self.rows = rows
        self.folder = project.parent
        self.database = Database(server.connection)
        self.dbt = Dbt(project, self.database.connection.environment)

    def install(self) -> None:
        """Make the database with the ledger that all measurements begin with."""
        for name, text in self._specs.items():
            (self.dbt.project / "batch_operations" / name).write_text(text)
        self.dbt.run("deps")
        run([program("dbt-batch-ops"), "generate"], self.dbt.project)
        self.database.recreate()
        # So that the database can open sessions for workers; every copy of it can.
        set_up(self.database)
        self.dbt.run_operation("dbt_batch_ops.install")
        self.database.save_as_template(_WITH_LEDGER)

    def lay_out(self, table: Table, rows: int) -> None:
        """Begin a measurement: a new database with an empty ledger, a full table, and a checkpoint."""
        self.database.recreate(_WITH_LEDGER)
        table.create(self.database, rows)
        self.database.execute("checkpoint")

    def begin(self) -> None:
        """Begin a measurement with nothing but an empty ledger."""
        self.database.recreate(_WITH_LEDGER)
        self.database.execute("checkpoint")

    def put_away(self, name: str) -> None:
        """Keep the database under a name; it is no copy, and stays the same database."""
        self.database.rename_to(name)

    def bring_back(self, name: str) -> bool:
        """Go on with a database that was put away; false when there is none."""
        return self.database.rename_from(name)

    def run_statement(self, sql: str, rows: int) -> Measurement:
        """Run one statement in a session of its own and time it, commit included.

        A dbt that does nothing comes before it: the statement finds memory and caches as an operation does.

        Raises:
            MeasurementError: It did not change that many rows.
        """
        self.dbt.run_operation("do_nothing")

        def run(session: Any) -> int:
            with session.cursor() as cursor:
                cursor.execute(sql)
                return int(cursor.rowcount)

        return self.time(run, rows)

    def time(self, work: Callable[[Any], int], rows: int) -> Measurement:
        """Do something in a database session of its own and time it, commits included.

        Args:
            work: Does it with a psycopg2 connection that commits by itself, and returns how many rows it
                changed.
            rows: How many that should be.

        Raises:
            MeasurementError: It did not change that many rows.
        """
        with self.database.session() as session:
            pid = session.info.backend_pid
            cpu_before = cpu_seconds(pid)
            started = time.perf_counter()
            changed = work(session)
            seconds = time.perf_counter() - started
            cpu_after = cpu_seconds(pid)
        if changed != rows:
            raise MeasurementError(f"{changed:,} rows were changed, not {rows:,}")
        cpu = cpu_after - cpu_before if cpu_after is not None and cpu_before is not None else None
        return Measurement(seconds, cpu)

    def run_operation(
        self, operation: str, rows: int, arguments: Mapping[str, Any] | None = None
    ) -> tuple[Measurement, Finished]:
        """Run an operation with dbt.

        Args:
            operation: Its name.
            rows: How many rows it should change.
            arguments: Its arguments.

        Returns:
            The time between the run's opening and its completion, as the ledger has it, with the processor
            time of dbt's session; and the dbt process.

        Raises:
            MeasurementError: It did not change that many rows.
        """
        with CpuWatch(self._worker) as cpu:
            process = self.dbt.run_operation(operation, arguments)
        runs, changed, status, seconds = self.database.row(_SUM_OF_RUNS)
        if (runs, changed, status) != (1, rows, "completed"):
            raise MeasurementError(
                f"{operation}: {runs} run(s), {status}, changed {changed:,} rows, not {rows:,}:\n"
                f"{process.output}"
            )
        return Measurement(float(seconds), cpu.seconds), process

    def _worker(self) -> int | None:
        pids = self.database.rows("select pid from batch_ops.workers")
        return int(pids[0][0]) if pids else None


@contextmanager
def open_workbench(rows: int, specs: Mapping[str, str] | None = None) -> Iterator[Workbench]:
    """Yield a workbench that leaves nothing behind.

    Args:
        rows: How many rows a table has where the case does not say otherwise.
        specs: Specs besides those of the project: file name to text.
    """
    with (
        Server(settings=SERVER_SETTINGS) as server,
        tempfile.TemporaryDirectory(prefix="dbt-batch-ops-benchmarks-") as folder,
    ):
        project = Path(folder) / "project"
        left_by_dbt = shutil.ignore_patterns(
            "target", "logs", "dbt_packages", "package-lock.yml", "batch_ops"
        )
        shutil.copytree(REPOSITORY / "benchmarks" / "project", project, ignore=left_by_dbt)
        packages = project / "packages.yml"
        packages.write_text(packages.read_text().replace("local: ../../", f"local: {REPOSITORY}"))
        workbench = Workbench(server, project, rows, specs or {})
        workbench.install()
        yield workbench
