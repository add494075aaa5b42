"""The models over the ledger: refreshed as a user does it, and compared with what the ledger says."""

from typing import Any

from support.commands.dbt import Dbt, DbtResult
from support.commands.dbt_process import DbtProcess
from support.database.database import Database

MODELS = (
    "batch_operations",
    "batch_operation_logs",
    "batch_operation_errors",
    "batch_performance_metrics",
)
SELECT = ("--select", "dbt_batch_ops")

# Of each model: the columns that say what the ledger says, and the same from the ledger.
_BOTH = {
    "batch_operations": (
        """
        select
            operation_id, operation, target, status, is_closed, total_records, total_is_exact,
            processed_records, failed_records, error_count, retry_count, batch_count, step_count, parameters,
            started_at, completed_at, deadline_at, run_as, stop_reason, duration_seconds
        from {schema}.batch_operations
        """,
        """
        select
            operation_id, operation, target, status, is_closed, total_records, total_is_exact,
            processed_records, failed_records, error_count, retry_count, batch_count, step_count, parameters,
            started_at, completed_at, deadline_at, run_as::text, stop_reason, active_seconds
        from batch_ops.run_overview
        """,
    ),
    "batch_operation_logs": (
        """
        select
            operation_id, step_number, batch_number, status, records_processed, failed_records, range_lo,
            range_hi, claimed_at, started_at, completed_at, claim_number, attempts, worker_id, wal_bytes,
            lock_wait_seconds, sqlstate, error_message
        from {schema}.batch_operation_logs
        where status <> 'retried'
        """,
        """
        select
            operation_id, step_number, batch_number, status, coalesce(records, 0), failed_records, range_lo,
            range_hi, claimed_at, started_at, completed_at, claim_number, attempts, worker_id, wal_bytes,
            extract(epoch from lock_wait), sqlstate, error_message
        from batch_ops.batches
        """,
    ),
    "batch_operation_errors": (
        """
        select
            operation_id, error_id, step_number, batch_number, kind, sqlstate, error_message, error_detail,
            constraint_name, row_key, row_number, source_line, claim_number, attempts, occurred_at,
            resolved_at, resolved_by, is_retry_requested
        from {schema}.batch_operation_errors
        """,
        """
        select
            operation_id, error_id, step_number, batch_number, kind, sqlstate, error_message, error_detail,
            constraint_name, row_key, row_number, source_line, claim_number, attempts, occurred_at,
            resolved_at, resolved_by::text, retry_requested
        from batch_ops.errors
        """,
    ),
}
_DIFFERENCES = """
select 'the model has' as who, to_jsonb(differing.*) as row from ({model} except all {ledger}) as differing
union all
select 'the ledger has', to_jsonb(differing.*) from ({ledger} except all {model}) as differing
"""


class Models:
    """The models in the project of a dbt and the database of a test.

    Args:
        dbt: Refreshes them.
        database: Where they and the ledger are.
        schema: The schema that they are in.
    """

    def __init__(self, dbt: Dbt, database: Database, schema: str = "public") -> None:
        self.dbt, self.database, self.schema = dbt, database, schema

    def refresh(self, *arguments: str, **options: Any) -> DbtResult:
        """Run them all."""
        return self.dbt.run("run", *SELECT, *arguments, **options)

    def start(self, model: str | None = None) -> DbtProcess:
        """Start to run them all, or one, and return at once."""
        return self.dbt.start("run", "--select", model or "dbt_batch_ops")

    def value(self, sql: str) -> Any:
        """Return the only value of a query; ``{logs}`` and so on are the models."""
        return self.database.value(self._named(sql))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query, likewise."""
        return self.database.rows(self._named(sql))

    def contents(self) -> dict[str, list[Any]]:
        """Return all that the models hold but how far the ledger was read."""
        return {
            model: self.database.rows(
                f"select to_jsonb(t) - 'ledger_horizon' from {self.schema}.{model} as t order by 1"
            )
            for model in MODELS
        }

    def assert_agree(self, *, run_id: str | None = None) -> None:
        """The models say what the ledger says, every row once; of one run, or of all."""
        for model, (ours, ledgers) in _BOTH.items():
            only = f"select * from ({{}}) as all_of_them where operation_id = '{run_id}'" if run_id else "{}"
            ours, ledgers = only.format(ours.format(schema=self.schema)), only.format(ledgers)
            found = self.database.rows(_DIFFERENCES.format(model=ours, ledger=ledgers))
            assert found == [], f"{model}:\n" + "\n".join(map(str, found[:10]))

    def _named(self, sql: str) -> str:
        return sql.format(
            runs=f"{self.schema}.batch_operations",
            logs=f"{self.schema}.batch_operation_logs",
            errors=f"{self.schema}.batch_operation_errors",
            metrics=f"{self.schema}.batch_performance_metrics",
        )


def create_watched(database: Database, count: int) -> None:
    """Make the table ``watched``."""
    database.execute(
        f"""
        create table watched (id bigint primary key, touched integer not null default 0);
        insert into watched select n from generate_series(1, {count}) as n;
        analyze watched;
        """
    )


def refuse(database: Database, first: int, last: int) -> None:
    """Let the database refuse to change some of the rows, until ``allow``."""
    database.execute(
        f"alter table watched add constraint unlucky check (touched = 0 or id not between {first} and {last})"
    )


def allow(database: Database) -> None:
    """Let it change them again."""
    database.execute("alter table watched drop constraint unlucky")


def fail_twice(database: Database, row: int) -> None:
    """Let the first two attempts to change a row fail, as when two transactions get into each other's way."""
    database.execute(
        f"""
        create sequence tries;
        create function fail_twice() returns trigger language plpgsql as $$
        begin
            if nextval('tries') <= 2 then
                raise exception 'in the way' using errcode = '40001';
            end if;
            return new;
        end $$;
        create trigger fail_twice before update on watched
        for each row when (new.id = {row}) execute function fail_twice();
        """
    )
