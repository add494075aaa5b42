"""Runs of every kind on a table of jars, which leave a ledger that the package's tests are asked about."""

from support.commands.dbt import Dbt
from support.commands.project import Project
from support.database.database import Database

JARS = 1_000
SPEC = """
name: jar
fields: {id: bigint, label: text, fill: integer}
patterns:
  - name: batch_operations
    operation: fill_jars
    description: Along the key; two jars are broken and fail
    operation_type: update
    update_data: {fill: {sql: "fill + 1"}}
    batch_size: 100
    iterate_by: range
    error_handling: continue_on_error
    max_errors: 5

  - name: batch_operations
    operation: label_jars
    description: Along staged keys
    operation_type: update
    update_data: {label: full}
    where_condition: fill = 1
    batch_size: 100
    iterate_by: keys

  - name: batch_operations
    operation: add_jars
    description: Rows that are given, one of them invalid
    operation_type: insert
    insert_data: {id: ":jar.id", label: ":jar.label", fill: 0}
    data_source: ":jars"
    validation_rules: ["id > 0"]
    skip_invalid_rows: true
    batch_size: 5

  - name: batch_operations
    operation: copy_jars
    description: Several steps
    steps:
      - name: pick
        operation_type: select
        select_fields: [id]
        where_condition: id <= 30
        output: picked
      - name: mark
        operation_type: update
        update_data: {label: picked}
        where_condition: id = ANY(:picked)
    batch_size: 10

  - name: batch_operations
    operation: break_jars
    description: Stops at the first broken jar, and stays unfinished
    operation_type: update
    update_data: {fill: {sql: "fill + 1"}}
    batch_size: 100
    iterate_by: range

  - name: batch_operations
    operation: break_jars_or_none
    description: Is undone at the first broken jar
    operation_type: update
    update_data: {fill: {sql: "fill + 1"}}
    batch_size: 100
    iterate_by: range
    error_handling: rollback_on_any_error
"""
BROKEN = (250, 777)
GIVEN = [{"id": 2000 + n, "label": f"new {n}"} for n in range(12)] + [{"id": -1, "label": "no jar"}]


def make_project(project: Project) -> None:
    """Give a project the operations on jars."""
    project.write("batch_operations/jar.yml", SPEC)


def create_jars(database: Database) -> None:
    """Make the table; the broken jars cannot be filled."""
    database.execute(
        f"""
        create table jar (
            id bigint primary key, label text not null default '', fill integer not null default 0,
            constraint not_broken check (id not in {BROKEN} or fill = 0)
        );
        insert into jar select n from generate_series(1, {JARS}) as n;
        analyze jar;
        """
    )


def run_everything(dbt: Dbt, database: Database) -> dict[str, str]:
    """Run all operations; returns the id of the run of each. Those that failed did so long ago."""
    create_jars(database)
    for operation, arguments in (
        ("fill_jars", None),
        ("label_jars", None),
        ("add_jars", {"jars": GIVEN}),
        ("copy_jars", None),
    ):
        dbt.run_operation(operation, arguments)
    for operation in ("break_jars", "break_jars_or_none"):
        dbt.run_operation(operation, check=False)
    database.execute(
        "update batch_ops.runs set completed_at = completed_at - interval '10 days' where status = 'failed'"
    )
    return dict(database.rows("select operation, operation_id::text from batch_ops.runs"))
