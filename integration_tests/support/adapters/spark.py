"""A dbt project on a Sail server, whose Delta tables are in a folder, and what a test looks at in them."""

import json
import shutil
from pathlib import Path
from typing import Any

from support.adapters.delta import DeltaTable
from support.commands.dbt import Dbt
from support.commands.dbt_process import DbtProcess
from support.commands.project import REPOSITORY, ProjectFolder

ACCOUNTS = 4_000

_PROJECT = """\
name: spark_tests
version: 1.0.0
config-version: 2
profile: spark_tests
flags:
  send_anonymous_usage_stats: false
dispatch:
  - macro_namespace: dbt_batch_ops
    search_order: [spark_tests, dbt_batch_ops]
vars:
  batch_ops_engine: spark
  batch_ops_statement_starts_within_seconds: 2
  batch_ops_location: {tables}/ledger
  batch_ops_locations:
    account: {tables}/account
    entry: {tables}/entry
    user: {tables}/user
    product: {tables}/product
    offered: {tables}/offered
"""
_PROFILE = """\
spark_tests:
  target: test
  outputs:
    test: {type: spark, method: session, schema: default, host: NA, threads: 1}
"""
# Around the statement of a batch a test can hold a command until it is killed, or for some seconds.
_HELD = """\
{% macro spark___portable_statement(statement, mark) %}
    {%- set batch = mark.split("/")[-1][:-1] -%}
    {%- do hold("before " ~ batch) -%}
    {%- do dbt_batch_ops.default___portable_statement(statement, mark) -%}
    {%- do hold("after " ~ batch) -%}
{% endmacro %}

{% macro hold(moment) %}
    {%- if moment == env_var("TEST_HOLD", "") -%}
        {%- do log("held " ~ moment, info=true) -%}
        {%- for one in range(100000) -%}{%- for other in range(100000) -%}{%- endfor -%}{%- endfor -%}
    {%- elif moment == env_var("TEST_DAWDLE", "") -%}
        {%- do log("dawdling " ~ moment, info=true) -%}
        {%- do run_query("select count(*) from range(50000) as a, range(50000) as b where a.id < b.id") -%}
    {%- endif -%}
{% endmacro %}
"""
_CALL = """\
{#- Calls macros of the package one after another and prints what they return; `sql` runs a query. -#}
{% macro call_macros(calls) %}
    {%- set returned = [] -%}
    {%- for call in calls -%}
        {%- if call[0] == "sql" -%}
            {%- set rows = [] -%}
            {%- for row in run_query(call[1]).rows -%}
                {%- do rows.append(row.values() | map("string") | list) -%}
            {%- endfor -%}
            {%- do returned.append(rows) -%}
        {%- else -%}
            {%- set relation = api.Relation.create(schema="default", identifier=call[1]) -%}
            {%- set result = dbt_batch_ops[call[0]](relation, *call[2:]) -%}
            {%- do returned.append(result | trim if result is string else result) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do log("RETURNED " ~ tojson(returned), info=true) -%}
{% endmacro %}
"""


class SparkProject(ProjectFolder):
    """A dbt project that includes the package, with a folder of tables for one test after another."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        self.tables = folder / "tables"
        self.write("dbt_project.yml", _PROJECT.format(tables=self.tables))
        self.write("profiles.yml", _PROFILE)
        self.write("macros/held.sql", _HELD)
        self.write("macros/call_macros.sql", _CALL)
        self.write("packages.yml", f"packages:\n  - local: {REPOSITORY}\n")
        self.dbt = Dbt(folder, {"SPARK_REMOTE": url, "SPARK_CONNECT_MODE_ENABLED": "1"})

    def clear(self) -> None:
        """Begin with no tables at all."""
        shutil.rmtree(self.tables, ignore_errors=True)
        self.tables.mkdir()

    def call(self, *calls: list[Any]) -> list[Any]:
        """Return what macros of the package return, called one after another in one command."""
        output = self.dbt.run_operation("call_macros", {"calls": calls}).output
        return json.loads(output.split("RETURNED ", 1)[1].splitlines()[0])

    def events(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the ledger; none when there is no ledger."""
        ledger = DeltaTable(self.tables / "ledger" / table)
        return ledger.rows() if ledger.log.exists() else []

    def run_id(self) -> str | None:
        """The id of the newest run, if there is one."""
        opened = sorted(self.events("run_events"), key=lambda event: event["happened_at"])
        return opened[-1]["operation_id"] if opened else None

    @property
    def status(self) -> str:
        """What the ledger says of the newest run."""
        events = [event for event in self.events("run_events") if event["operation_id"] == self.run_id()]
        return max(events, key=lambda event: (event["event_number"], event["token"]))["status"]

    @property
    def arguments(self) -> dict[str, str] | None:
        """What goes on with the newest run; nothing when there is none."""
        run = self.run_id()
        return {"operation_id": run} if run else None


def hold(
    project: SparkProject, operation: str, moment: str, args: dict[str, Any] | None = None
) -> DbtProcess:
    """Start or go on with a run, and return when it is around the statement of a batch: ``before 3``.

    Args:
        project: The project.
        operation: The operation.
        moment: When to hold it.
        args: What a start is given; a run that goes on has it.
    """
    given = project.arguments or args
    arguments = ["--args", json.dumps(given)] if given else []
    process = project.dbt.start("run-operation", operation, *arguments, environment={"TEST_HOLD": moment})
    process.wait_for(f"held {moment}")
    return process


def records_of(project: SparkProject) -> dict[tuple[str, int, int], int]:
    """The rows that the ledger has for each completed batch. An end that was written twice says the same."""
    completed: dict[tuple[str, int, int], int] = {}
    for event in project.events("batch_events"):
        if event["status"] == "completed":
            batch = (event["operation_id"], event["step_number"], event["batch_number"])
            assert completed.setdefault(batch, event["records"]) == event["records"]
    return completed


def assert_ledger_is_behind_by_one_batch_at_most(project: SparkProject, account: DeltaTable) -> None:
    """No row was changed twice, and what is changed and not recorded is one batch that was announced."""
    rows = account.rows()
    assert {row["v"] for row in rows} <= {0, 1}
    changed, recorded = sum(row["v"] for row in rows), records_of(project)
    if changed == sum(recorded.values()):
        return
    intended = {
        (event["operation_id"], event["step_number"], event["batch_number"])
        for event in project.events("batch_events")
        if event["status"] == "intended"
    }
    (open_batch,) = intended - recorded.keys()
    (commit,) = account.commits("batch_ops:{}/{}/{};".format(*open_batch))
    assert changed - sum(recorded.values()) == commit["operationMetrics"]["numUpdatedRows"]


def assert_exactly_once(project: SparkProject, account: DeltaTable) -> None:
    """The run is completed, every row was changed once, and the ledger has as many."""
    assert project.status == "completed"
    rows = account.rows()
    assert {row["v"] for row in rows} == {1}
    assert len({row["id"] for row in rows}) == len(rows) == sum(records_of(project).values())
