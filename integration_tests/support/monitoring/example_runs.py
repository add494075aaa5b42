"""Runs of every kind on the table of ``batch_operations/jar.yml``, for the package's tests of a ledger."""

from support.commands.dbt import Dbt
from support.database.database import Database

JARS = 1_000
BROKEN = (250, 777)
GIVEN = [{"id": 2000 + n, "label": f"new {n}"} for n in range(12)] + [{"id": -1, "label": "no jar"}]


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
