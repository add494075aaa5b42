"""The check at the end: does the table hold what the ledger says, each change exactly once?"""

from collections import Counter
from typing import Any

from demo import screen
from demo.products import HEADER, Product

_CREDITS = """
select
    count(*) filter (where now.credits = before.credits + 1),
    count(*) filter (where now.credits = before.credits),
    count(*) filter (where now.credits not in (before.credits, before.credits + 1)),
    (select sum(batches.records) from batch_ops.batches join batch_ops.runs using (operation_id)
     where runs.operation = 'grant_credit')
from public."user" as now
join credits_before as before using (id)
"""


class Proof:
    """Collects what was found; one contradiction and the demo has failed.

    Args:
        cursor: A psycopg2 cursor that commits by itself.
    """

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor
        self.holds = True

    def remember_credits(self) -> None:
        """Keep everybody's credits as they are now, to compare with later."""
        self._cursor.execute('create table credits_before as select id, credits from public."user"')

    def check_credits_midway(self) -> None:
        """Some have got their credit, the others not yet, and the ledger knows how many."""
        granted, waiting, wrong, ledger = self._row(_CREDITS)
        self._fact(
            wrong == 0,
            f"{granted:,} users have one credit more, {waiting:,} not yet, {wrong:,} any other",
        )
        self._fact(granted == ledger, f"the ledger says {ledger:,}")

    def check_credits(self) -> None:
        """Everybody has got exactly one credit."""
        granted, waiting, wrong, ledger = self._row(_CREDITS)
        users = granted + waiting + wrong
        self._fact(granted == users, f"{granted:,} of {users:,} users have exactly one credit more")
        self._fact(granted == ledger, f"the rows of all batches add up to {ledger:,}")

    def check_batches(self) -> None:
        """The batches of every run lie side by side, and their rows add up to the run's."""
        gaps, sums, unfinished = self._row(
            """
            select
                count(*) filter (where range_lo is distinct from previous),
                count(distinct operation_id) filter (where in_batches <> processed_records),
                count(distinct operation_id) filter (where status <> 'completed')
            from (
                select
                    runs.operation_id, runs.status, runs.processed_records, batches.range_lo,
                    lag(batches.range_hi) over run_in_order as previous,
                    sum(batches.records) over (partition by runs.operation_id) as in_batches
                from batch_ops.runs
                join batch_ops.batches using (operation_id)
                window run_in_order as (
                    partition by batches.operation_id, batches.step_number order by batches.batch_number
                )
            ) as batches
            """
        )
        self._fact(gaps == 0, "the ranges of the batches follow each other without gap or overlap")
        self._fact(sums == 0, "in every run the rows of the batches add up to the rows of the run")
        self._fact(unfinished == 0, "every run is completed")

    def check_rows(self, loaded: int, listed: int) -> None:
        """What the other three operations changed is what their runs say.

        Args:
            loaded: How many users there were.
            listed: How many ids were listed.
        """
        left, verified, inactive, closed = self._row(
            """
            select
                count(*), count(*) filter (where status = 'verified'),
                count(*) filter (where status = 'inactive'), count(*) filter (where status = 'closed')
            from public."user"
            """
        )
        self._cursor.execute("select operation, processed_records from batch_ops.runs")
        ledger = dict(self._cursor.fetchall())
        self._fact(
            verified == listed == ledger["bulk_update_user_status"],
            f"{verified:,} of {listed:,} listed users have their new status",
        )
        self._fact(inactive == ledger["deactivate_inactive_users"], f"{inactive:,} users were deactivated")
        purged = loaded - left
        self._fact(
            purged == ledger["purge_closed_accounts"] and closed == 0,
            f"{purged:,} closed accounts are gone, {closed:,} are left",
        )

    def check_import(self, file: dict[int, Product]) -> None:
        """Every row of the file is either in the table or recorded as a bad one, where it stands in the file.

        Args:
            file: The rows by their lines.
        """
        self._cursor.execute("select sku, name, category, price::text from public.product")
        imported = Counter(self._cursor.fetchall())
        self._cursor.execute(
            "select source_line, source_row ->> 'SKU' from batch_ops.errors where source_line is not null"
        )
        bad = self._cursor.fetchall()
        lines = {line for line, _ in bad}
        good = Counter(tuple(row[name] for name in HEADER) for line, row in file.items() if line not in lines)
        self._fact(
            imported.total() + len(bad) == len(file),
            f"{imported.total():,} products + {len(bad):,} bad rows = {len(file):,} rows of the file",
        )
        self._fact(
            all(line in file and file[line]["SKU"] == sku for line, sku in bad),
            "every recorded line is the one where the bad row stands in the file",
        )
        self._fact(imported == good, "the products are the file's other rows, each once and unchanged")

    def _row(self, sql: str) -> tuple[Any, ...]:
        self._cursor.execute(sql)
        row: tuple[Any, ...] = self._cursor.fetchone()
        return row

    def _fact(self, is_true: bool, text: str) -> None:
        self.holds = self.holds and is_true
        screen.fact(is_true, text)
