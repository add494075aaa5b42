"""A run beside a busy application: pgbench changes the same rows all the time, and both add up."""

import os
import re
import subprocess
from dataclasses import dataclass

import pytest

from dbt_batch_ops.database import find_binaries
from support.database.sessions import wait_for_rows
from support.engine.account_runs import Run
from support.patience import PATIENCE

ACCOUNTS = 100_000
SECONDS = 9
CLIENTS = 4
# Locks rows of one batch from the highest to the lowest key, while a batch locks them the other way round.
DOWNWARD = r"""
\set top random(301, 100000)
begin;
update pgbench_accounts set abalance = abalance + 1 where aid = :top;
update pgbench_accounts set abalance = abalance + 1 where aid = :top - 100;
update pgbench_accounts set abalance = abalance + 1 where aid = :top - 200;
update pgbench_accounts set abalance = abalance + 1 where aid = :top - 300;
end;
"""
BALANCES = """
select
    (select sum(abalance) from pgbench_accounts),
    (select sum(bbalance) from pgbench_branches),
    (select sum(tbalance) from pgbench_tellers),
    (select sum(delta) from pgbench_history)
"""
MEANWHILE = """
select count(*)
from pgbench_history
where
    mtime > (select min(started_at) from batch_ops.batches)
    and mtime < (select max(completed_at) from batch_ops.batches)
"""
NOT_TOUCHED_ONCE = "select touched, count(*) from pgbench_accounts where touched <> 1 group by touched"
RETRIED = """
select count(*) from batch_ops.errors where operation_id = %(run)s and kind = 'retried' and sqlstate = '40P01'
"""
OTHER_ERRORS = """
select sqlstate, error_message from batch_ops.errors where kind <> 'retried' or sqlstate <> '40P01'
"""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@dataclass(frozen=True)
class Report:
    """What pgbench said at its end."""

    transactions: int
    failed: int
    deadlocks: int
    per_second: float

    @classmethod
    def of(cls, output):
        def said(what):
            found = re.search(rf"{what}[:=] ([\d.]+)", output)
            assert found, output
            return found[1]

        return cls(
            int(said("number of transactions actually processed")),
            int(said("number of failed transactions")),
            int(said("number of deadlock failures")),
            float(said("tps ")),
        )


class Pgbench:
    """pgbench on the database of a test."""

    def __init__(self, database):
        self._program = find_binaries(os.environ.get("DBT_BATCH_OPS_TEST_SERVER")).program("pgbench")
        # It lets the run look for deadlocks first: whoever finds one is its victim, and the run is to be one.
        options = {"PGOPTIONS": "-c deadlock_timeout=200ms"}
        self._environment = {**os.environ, **database.connection.environment, **options}

    def start(self, *arguments):
        return subprocess.Popen(
            [self._program, "--no-vacuum", *arguments],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def finish(self, process):
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
        return output

    def start_load(self, *arguments, seconds=SECONDS):
        return self.start(f"--client={CLIENTS}", f"--time={seconds}", "--failures-detailed", *arguments)


@pytest.fixture
def pgbench(database):
    """pgbench with its tables, of which one has a column that only the run changes."""
    pgbench = Pgbench(database)
    pgbench.finish(pgbench.start("--initialize", "--scale=1", "--quiet"))
    database.execute("alter table pgbench_accounts add column touched integer not null default 0")
    # A deadlock is looked for after a second; with so short transactions that is a long time.
    database.execute("alter database test set deadlock_timeout = '20ms'")
    database.execute("vacuum analyze pgbench_accounts")
    return pgbench


@pytest.fixture
def slowdown(request):
    """Show what the run cost the application, with the test's report (`pytest -rA`)."""

    def show(alone, beside):
        text = (
            f"pgbench: {alone.per_second:,.0f} transactions/s alone, {beside.per_second:,.0f} beside the run "
            f"({beside.per_second / alone.per_second:.0%})"
        )
        request.node.add_report_section("call", "slowdown", text)

    return show


def assert_touched_once(run):
    assert run.database.rows(NOT_TOUCHED_ONCE) == []
    assert run.value("select sum(records) from batch_ops.batches where operation_id = %(run)s") == ACCOUNTS
    run.assert_completed()


def test_a_run_and_pgbench_change_the_same_rows(dbt, database, pgbench, slowdown):
    alone = Report.of(pgbench.finish(pgbench.start_load(seconds=2)))
    load = pgbench.start_load()
    before = database.value("select count(*) from pgbench_history")
    busy = f"select from pgbench_history offset {before}"
    wait_for_rows(database, busy, {}, "pgbench is at work")
    dbt.run_operation("touch_accounts")
    report = Report.of(pgbench.finish(load))
    slowdown(alone, report)

    assert_touched_once(Run.newest(database))
    assert database.value(MEANWHILE) > 0
    assert report.failed == 0
    transactions = database.value("select count(*) from pgbench_history")
    assert transactions == alone.transactions + report.transactions
    assert len(set(database.row(BALANCES))) == 1
    assert database.rows("select * from batch_ops.errors") == []
    assert database.value(DEADLOCKS) == 0


def test_deadlocks_cost_a_run_time_and_nothing_else(dbt, database, pgbench, slowdown, tmp_path):
    script = tmp_path / "downward.sql"
    script.write_text(DOWNWARD)
    alone = Report.of(pgbench.finish(pgbench.start_load(f"--file={script}", seconds=2)))
    load = pgbench.start_load(f"--file={script}")
    dbt.run_operation("touch_accounts")
    report = Report.of(pgbench.finish(load))
    slowdown(alone, report)

    run = Run.newest(database)
    assert_touched_once(run)
    assert (alone.failed, report.failed) == (0, report.deadlocks)
    assert database.value("select sum(abalance) from pgbench_accounts") == 4 * (
        alone.transactions + report.transactions
    )
    retried = run.value(RETRIED)
    assert database.value(DEADLOCKS) == retried + report.deadlocks > 0
    assert retried > 0
    assert database.rows(OTHER_ERRORS) == []
    # Each of them gave its batch back, to be claimed once more.
    tries = "select sum(claim_number) - count(*) from batch_ops.batches where operation_id = %(run)s"
    assert run.value(tries) >= retried
