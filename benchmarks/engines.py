"""DuckDB and Spark against one UPDATE of the same engine, on tables in the order of their key and in none."""

from __future__ import annotations

import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
from integration_tests.support.adapters.sail import Sail
from pyspark.sql import SparkSession

from benchmarks.dbt import Dbt, program, run
from benchmarks.measurement import Case, Measurement, MeasurementError, Pair
from benchmarks.workbench import REPOSITORY, Workbench

_ROUNDS = 3
_BATCHES = _FILES = 10
_UPDATE = "update account set v = v + 1"
_SPEC = """\
name: account
key: id
fields: {{id: bigint, v: bigint, name: text}}
patterns:
  - name: batch_operations
    operation: add_one
    operation_type: update
    update_data: {{v: {{sql: v + 1}}}}
    batch_size: {batch_size}
"""
_PROJECT = """\
name: benchmark
profile: benchmark
vars: {variables}
"""
# In order, so that a range is in few files or row groups; and each of these with keys from everywhere.
_ORDERS = {"clustered": "number", "scattered": "mod(number * 7919, {rows})"}
_ROW = "cast({id} as bigint) as id, cast(0 as bigint) as v, concat('name ', number) as name"
_TOOK = """
select max(happened_at) as ended, min(happened_at) as began, max(status) as status
from batch_ops.run_events
"""


class _Engine(ABC):
    """An engine with one table, a dbt project and a ledger, in a folder."""

    name: str
    profile: str
    environment: str
    times_rows: int

    def __init__(self, folder: Path, rows: int) -> None:
        self.folder = folder
        self.rows = rows

    def dbt(self, variables: str, **environment: str) -> Dbt:
        """Make the project and return dbt on it."""
        executable = REPOSITORY / self.environment / "bin" / "dbt"
        if not executable.exists():
            raise MeasurementError(f"there is no {executable}: run `make test-{self.name}` once")
        project = self.folder / "project"
        (project / "batch_operations").mkdir(parents=True)
        (project / "batch_operations" / "account.yml").write_text(
            _SPEC.format(batch_size=self.rows // _BATCHES)
        )
        (project / "dbt_project.yml").write_text(_PROJECT.format(variables=variables))
        (project / "packages.yml").write_text(f"packages: [{{local: {REPOSITORY}}}]\n")
        (project / "profiles.yml").write_text(
            f"benchmark: {{target: it, outputs: {{it: {{type: {self.name}, {self.profile}, threads: 1}}}}}}\n"
        )
        dbt = Dbt(project, environment, str(executable))
        dbt.run("deps")
        run([program("dbt-batch-ops"), "generate"], project)
        return dbt

    @abstractmethod
    def measure(self, order: str) -> Pair:
        """Make the table, and change it by one statement and by an operation."""

    def timed(self, statement: Callable[[str], Any]) -> Measurement:
        """Time one UPDATE."""
        started = time.perf_counter()
        statement(_UPDATE)
        return Measurement(time.perf_counter() - started)

    def checked(self, took: tuple[Any, ...], changed: list[tuple[Any, ...]]) -> Measurement:
        """Return how long a run took by its ledger; every row has to have been changed twice by now."""
        ended, began, _ = took
        if changed != [(2, self.rows)]:
            raise MeasurementError(f"values and rows are {changed}, not [(2, {self.rows})]")
        return Measurement((ended - began).total_seconds())


class _DuckDb(_Engine):
    name, environment, times_rows = "duckdb", ".venv-duckdb", 10

    @property
    def profile(self) -> str:  # type: ignore[override]
        return f"path: {self.folder}/benchmark.duckdb"

    def measure(self, order: str) -> Pair:
        dbt = self.dbt("{batch_ops_engine: duckdb}")
        file = str(self.folder / "benchmark.duckdb")
        with duckdb.connect(file) as session:
            row = _ROW.format(id=order.format(rows=self.rows))
            session.execute(
                f"create table account as select {row} from range({self.rows}) as numbers (number)"
            )
            baseline = self.timed(session.execute)
        dbt.run_operation("add_one")
        with duckdb.connect(file) as session:
            took = session.execute(_TOOK).fetchall()[0]
            return Pair(
                self.checked(took, session.execute("select v, count(*) from account group by v").fetchall()),
                baseline,
            )


class _Spark(_Engine):
    name, environment, times_rows = "spark", ".venv-spark", 1
    profile = "method: session, schema: default, host: NA"

    def measure(self, order: str) -> Pair:
        with Sail(self.folder) as server:
            ledger, table = self.folder / "ledger", self.folder / "account"
            dbt = self.dbt(
                f"{{batch_ops_engine: spark, batch_ops_location: {ledger}, "
                f"batch_ops_locations: {{account: {table}}}}}",
                SPARK_REMOTE=server.url,
                SPARK_CONNECT_MODE_ENABLED="1",
            )
            session = SparkSession.builder.remote(server.url).create()
            try:

                def ask(sql: str) -> list[tuple[Any, ...]]:
                    return [tuple(row) for row in session.sql(sql).collect()]

                self._create(ask, order, table)
                baseline = self.timed(ask)
                dbt.run_operation("add_one")
                ask("create schema batch_ops")
                ask(f"create table batch_ops.run_events using delta location '{ledger}/run_events'")
                took = ask(_TOOK)[0]
                return Pair(self.checked(took, ask("select v, count(*) from account group by v")), baseline)
            finally:
                session.stop()

    def _create(self, ask: Callable[[str], Any], order: str, table: Path) -> None:
        """Make the table of some files."""
        row = _ROW.format(id=order.format(rows=self.rows))
        ends = [self.rows * part // _FILES for part in range(_FILES + 1)]
        for first, end in pairwise(ends):
            rows = f"select {row} from (select id as number from range({first}, {end})) as numbers"
            into = (
                "insert into account" if first else f"create table account using delta location '{table}' as"
            )
            ask(f"{into} {rows}")


def cases() -> tuple[Case, ...]:
    """Return a row for each engine and order of the table."""
    return tuple(
        Case(
            f"{engine.name}-{order}",
            f"update {{{rows}}} rows on {shown} in {_BATCHES} batches, table {described} / one UPDATE there",
            None,
            _against_one_update(engine, _ORDERS[order]),
            most_rounds=_ROUNDS,
        )
        for engine, shown, rows in ((_DuckDb, "DuckDB", "tenfold"), (_Spark, "Spark (Sail)", "rows"))
        for order, described in (("clustered", "in the order of its key"), ("scattered", "in no order"))
    )


def _against_one_update(engine: type[_Engine], order: str) -> Callable[[Workbench], Pair]:
    def measure(workbench: Workbench) -> Pair:
        with tempfile.TemporaryDirectory(prefix="dbt-batch-ops-benchmarks-") as folder:
            return engine(Path(folder), workbench.rows * engine.times_rows).measure(order)

    return measure
