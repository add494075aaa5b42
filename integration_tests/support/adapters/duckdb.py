"""A dbt project on a DuckDB file, and what a test looks at in it between two commands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from support.commands.dbt import Dbt
from support.commands.project import REPOSITORY, ProjectFolder

_PROJECT = """\
name: portable_tests
version: 1.0.0
config-version: 2
profile: portable_tests
flags:
  send_anonymous_usage_stats: false
vars:
  batch_ops_engine: duckdb
dispatch:
  - macro_namespace: dbt_batch_ops
    search_order: [portable_tests, dbt_batch_ops]
"""
# A commit that a test can stop in front of: all is done and nothing committed, until the process is killed.
_HELD_COMMIT = """\
{% macro duckdb___portable_commit() %}
    {%- set held = env_var("TEST_HOLD_COMMIT", "") -%}
    {%- if held and dbt_batch_ops._portable_value("select count(*) from batch_ops.run_events") | int > 0 -%}
        {%- set done = dbt_batch_ops._portable_value(
            "select count(*) from batch_ops.batch_events where status = 'completed'"
        ) -%}
        {%- if done | int == held | int -%}
            {%- do log("held before the commit", info=true) -%}
            {%- set long = "range(1000000000)" -%}
            {%- do run_query("select count(*) from " ~ long ~ " as a, " ~ long ~ " as b where a < b") -%}
        {%- endif -%}
    {%- endif -%}
    {%- do run_query("commit") -%}
{% endmacro %}
"""
_PROFILE = """\
portable_tests:
  target: test
  outputs:
    test: {{type: duckdb, path: "{folder}/warehouse.duckdb", schema: main, threads: 1}}
    memory: {{type: duckdb, path: ":memory:", schema: main, threads: 1}}
"""


class DuckProject(ProjectFolder):
    """A dbt project that includes the package, with a DuckDB file for one test after another."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.file = folder / "warehouse.duckdb"
        self.write("dbt_project.yml", _PROJECT)
        self.write("macros/held_commit.sql", _HELD_COMMIT)
        self.write("packages.yml", f"packages:\n  - local: {REPOSITORY}\n")
        self.write("profiles.yml", _PROFILE.format(folder=folder))
        self.dbt = Dbt(folder, {})

    def clear(self) -> None:
        """Begin with no database at all."""
        for file in self.folder.glob("warehouse.duckdb*"):
            file.unlink()

    @contextmanager
    def open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the file; no command can work on it meanwhile."""
        connection = duckdb.connect(str(self.file))
        try:
            yield connection
        finally:
            connection.close()

    def execute(self, *statements: str) -> None:
        """Run statements, each committed."""
        with self.open() as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.open() as connection:
            return connection.execute(query).fetchall()

    def value(self, query: str) -> Any:
        """Return the one value of a query."""
        return self.rows(query)[0][0]

    def run_id(self) -> str | None:
        """Return the id of the newest run, if there is one."""
        if not self.value("select count(*) from duckdb_views() where schema_name = 'batch_ops'"):
            return None
        found = self.rows("select operation_id from batch_ops.runs order by started_at desc limit 1")
        return str(found[0][0]) if found else None

    @property
    def status(self) -> str:
        """What the ledger says of the newest run."""
        return str(self.value("select status from batch_ops.runs order by started_at desc limit 1"))


def create_accounts(project: DuckProject, count: int) -> None:
    """Make the table that most of these tests change."""
    project.execute(
        "create table account as select range as id, 0 as v, 'name ' || range as name,"
        " cast(0 as decimal(10, 2)) as amount, timestamptz '2020-01-01 00:00:00+00' as seen_at"
        f" from range({count})"
    )


def assert_ledger_agrees(project: DuckProject) -> None:
    """Every row was changed as often as the ledger says: once, by a completed batch, or not at all."""
    assert project.value("select count(*) from account where v not in (0, 1)") == 0
    changed = project.value("select coalesce(sum(v), 0) from account")
    if project.run_id() is None:
        assert changed == 0
        return
    assert project.value("select coalesce(sum(records), 0) from batch_ops.batches") == changed
    assert project.value("select coalesce(sum(processed_records), 0) from batch_ops.runs") == changed
    # Ranges tile: each begins where the one before it ends.
    gaps = project.rows(
        "select * from (select range_lo, lag(range_hi) over ("
        "partition by operation_id, step_number order by batch_number) as before from batch_ops.batches)"
        " where range_lo is distinct from before"
    )
    assert gaps == []
