"""What the models read of the ledger, whatever commits when: nothing is missed, nothing is there twice."""

import subprocess

import pytest

from dbt_batch_ops.database import Server
from support.commands.dbt import Dbt
from support.database.database import Database
from support.database.sessions import wait_for_row_lock, wait_for_table_lock
from support.engine.purges import add_run
from support.monitoring.models import MODELS, Models
from support.tables.items import create_items

NEWEST = "select max(ledger_horizon)::text::bigint from {logs}"
ADD_BATCHES = """
insert into batch_ops.batches (operation_id, step_number, batch_number, status, worker_id, range_hi, records)
select operation_id, 1, n, 'claimed', 1, jsonb_build_array(n * 7), null
from batch_ops.runs cross join generate_series(%s, %s) as n
"""
COMPLETE = """
update batch_ops.batches set status = 'completed', records = 7, completed_at = now() where batch_number = %s
"""
LOGGED = "select batch_number, status from {logs} order by batch_number"


@pytest.fixture
def models(dbt, database):
    return Models(dbt, database)


@pytest.fixture
def seen(database, models):
    """A run of three batches in the ledger and the models, which measure it, too."""
    add_run(database)
    database.execute("update batch_ops.runs set collect_metrics = true")
    models.refresh()
    return models


@pytest.fixture
def late(database):
    """A session in whose transaction a test writes."""
    with database.session(autocommit=False) as session:
        yield session


class TestLateCommits:
    def test_what_commits_after_the_models_have_looked_is_read_the_next_time(self, database, seen, late):
        with late.cursor() as cursor:
            cursor.execute(ADD_BATCHES, [4, 5])
            cursor.execute(COMPLETE, [3])
            # Younger, and committed before: its stamp and its time are beyond those of the one that is open.
            database.execute(ADD_BATCHES, [6, 6])
            seen.refresh()
            assert [number for number, _ in seen.rows(LOGGED)] == [1, 2, 3, 6]
            late.commit()
        seen.refresh()
        seen.assert_agree()
        assert [number for number, _ in seen.rows(LOGGED)] == [1, 2, 3, 4, 5, 6]

    def test_a_change_that_commits_late_is_read_the_next_time(self, database, seen, late):
        database.execute(ADD_BATCHES, [4, 6])
        seen.refresh()
        late.cursor().execute(COMPLETE, [5])
        database.execute(COMPLETE, [6])
        seen.refresh()
        assert seen.rows(LOGGED)[-3:] == [(4, "claimed"), (5, "claimed"), (6, "completed")]
        late.commit()
        seen.refresh()
        seen.assert_agree()

    def test_what_commits_while_a_model_writes_what_it_has_read_is_read_the_next_time(
        self, database, seen, late
    ):
        late.cursor().execute(ADD_BATCHES, [4, 4])
        database.execute(COMPLETE, [3])
        with database.session(autocommit=False) as holder:
            holder.cursor().execute("select from batch_operation_logs where batch_number = 3 for update")
            process = seen.start("batch_operation_logs")
            wait_for_row_lock(database)
            late.commit()
            holder.rollback()
        seen.dbt.finish(process)
        assert [number for number, _ in seen.rows(LOGGED)] == [1, 2, 3]
        seen.refresh()
        seen.assert_agree()

    def test_the_transaction_at_the_horizon_itself_is_read(self, database, seen, late):
        """It is the oldest that had not ended: all below it was seen, and of it nothing."""
        late.cursor().execute(ADD_BATCHES, [4, 4])
        xid = _xid(late)
        database.execute(COMPLETE, [3])
        seen.refresh()
        assert seen.value(NEWEST) == xid
        late.commit()
        seen.refresh()
        seen.assert_agree()

    def test_a_batch_that_was_rolled_back_is_nowhere(self, database, seen, late):
        late.cursor().execute(ADD_BATCHES, [4, 5])
        database.execute(ADD_BATCHES, [6, 6])
        seen.refresh()
        late.rollback()
        seen.refresh()
        seen.assert_agree()


def _xid(session):
    with session.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text::bigint")
        return cursor.fetchone()[0]


class TestAnOldTransaction:
    def test_costs_work_and_no_rows(self, database, seen, late):
        old = _xid(late)
        for number in (4, 5, 6):
            database.execute(ADD_BATCHES, [number, number])
            seen.refresh()
            seen.assert_agree()
            assert seen.value(NEWEST) <= old
        # All that was written since it began is read again, and replaced by the same.
        before = seen.contents()
        assert "[INSERT 0 3 in" in seen.refresh().output
        assert seen.contents() == before
        late.rollback()
        seen.refresh()
        assert seen.value(NEWEST) > old
        assert seen.contents() == before
        assert "[INSERT 0 3 in" not in seen.refresh().output

    def test_that_only_reads_holds_nothing_up(self, database, seen, late):
        with late.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
            cursor.execute("select count(*) from batch_ops.runs")
            database.execute(ADD_BATCHES, [4, 4])
            seen.refresh()
            assert seen.refresh().output.count("[INSERT 0 0 in") == 4


class TestTwoRefreshesAtOnce:
    @pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
    def test_the_second_waits_and_nothing_is_there_twice(self, database, seen, isolation):
        database.execute(f"alter database test set default_transaction_isolation = '{isolation}'")
        database.execute(ADD_BATCHES, [4, 6])
        database.execute(COMPLETE, [3])
        with database.session(autocommit=False) as holder:
            holder.cursor().execute("select from batch_operation_logs where batch_number = 3 for update")
            processes = [seen.start("batch_operation_logs")]
            wait_for_row_lock(database)
            processes.append(seen.start("batch_operation_logs"))
            wait_for_table_lock(database, "batch_operation_logs")
            holder.rollback()
        for process in processes:
            seen.dbt.finish(process)
        assert [number for number, _ in seen.rows(LOGGED)] == [1, 2, 3, 4, 5, 6]
        seen.refresh()
        seen.assert_agree()

    def test_a_row_twice_would_be_refused_by_the_database(self, database, seen):
        for model in MODELS:
            keys = database.rows(
                f"select indexrelid from pg_index where indrelid = '{model}'::regclass and indisunique"
            )
            assert len(keys) == 1, model


class TestAnotherLedger:
    @pytest.fixture
    def purged(self, database, seen):
        """The models hold a run that the ledger does not, and that is the last that was written."""
        database.execute("delete from batch_ops.batches; delete from batch_ops.runs")
        add_run(database, "younger")
        seen.refresh()
        return seen

    def test_what_was_kept_of_a_later_time_is_not_gone_by_and_all_is_read(self, database, purged):
        for model in MODELS:
            database.execute(f"update {model} set ledger_horizon = '9000000000'")
        database.execute(ADD_BATCHES, [4, 5])
        purged.refresh()
        assert purged.rows("select distinct operation from {logs} order by 1") == [
            ("touch_items",),
            ("younger",),
        ]
        assert purged.value("select count(*) from {logs} where operation = 'younger'") == 5

    def test_once_and_not_again_each_time(self, database, purged):
        """Rows of the purged run are not replaced: what they have kept must not count for ever."""
        for model in MODELS:
            database.execute(f"update {model} set ledger_horizon = '9000000000'")
        assert "[INSERT 0 3 in" in purged.refresh().output
        assert purged.value("select max(ledger_horizon)::text::bigint < 9000000000 from {logs}")
        assert purged.value("select count(*) from {logs} where operation = 'touch_items'") == 3
        assert purged.refresh().output.count("[INSERT 0 0 in") == 4
        database.execute(ADD_BATCHES, [4, 5])
        assert "[INSERT 0 2 in" in purged.refresh().output

    def test_all_is_read_where_what_was_kept_is_of_another_database(self, database, dbt, purged, late):
        """Its numbers may be smaller than today's, and nothing else would show it."""
        database.execute(
            "update batch_operation_logs set ledger_database = 'elsewhere/1/2', ledger_horizon = '9000000000'"
        )
        # What a restored ledger has: stamps of the cluster that it comes from.
        with late.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            cursor.execute(ADD_BATCHES, [4, 4])
            cursor.execute("update batch_ops.batches set changed_xid = '3' where batch_number = 4")
            late.commit()
        purged.refresh()
        assert purged.value("select count(*) from {logs} where operation = 'younger'") == 4
        assert purged.value("select count(*) from {logs} where operation = 'touch_items'") == 3
        # That one may be gone back to.
        there = "select ledger_horizon::text from {logs} where ledger_database = 'elsewhere/1/2'"
        assert purged.rows(there) == [("9000000000",)] * 3
        assert purged.refresh().output.count("[INSERT 0 0 in") == 4

    def test_stamps_of_another_cluster_are_not_read_again_each_time(self, database, seen, late):
        with late.cursor() as cursor:
            cursor.execute("set session_replication_role = replica")
            cursor.execute("update batch_ops.batches set changed_xid = '9000000000'")
            late.commit()
        assert seen.refresh().output.count("[INSERT 0 0 in") == 4
        database.execute(COMPLETE, [2])
        assert "[INSERT 0 1 in" in seen.refresh().output
        seen.assert_agree()

    def test_a_ledger_that_was_dropped_and_installed_anew_is_read_from_its_beginning(
        self, dbt, database, seen
    ):
        database.execute("drop schema batch_ops cascade")
        create_items(database, 30)
        dbt.run_operation("touch_items_by_7")
        database.execute("update batch_ops.runs set collect_metrics = true")
        seen.refresh()
        assert seen.value("select count(*) from {runs}") == 2
        assert seen.value("select count(*) from {logs}") == 3 + 5
        seen.assert_agree(run_id=database.value("select operation_id::text from batch_ops.runs"))

    def test_a_dump_goes_on_in_a_cluster_whose_transactions_are_younger(
        self, database, dbt, purged, tmp_path, server
    ):
        """Real programs, a real second server: ids of transactions begin anew, rows keep their stamps."""
        dump = str(tmp_path / "dump")
        _run(server, "pg_dump", "--format", "custom", "--file", dump, "--dbname", database.connection.url)
        with Server(binaries=server.binaries) as other:
            restored = Database(other.connection)
            restored.recreate()
            _run(server, "pg_restore", "--no-owner", "--dbname", restored.connection.url, dump)
            there = Models(Dbt(dbt.project, restored.connection.environment), restored)
            stamps = restored.value("select max(changed_xid)::text::bigint from batch_ops.batches")
            assert stamps > restored.value("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
            restored.execute(ADD_BATCHES, [4, 5])
            target = {"DBT_TARGET_PATH": str(tmp_path / "target")}
            there.refresh(environment=target)
            assert there.value("select count(*) from {logs} where operation = 'younger'") == 5
            assert there.value("select count(*) from {logs} where operation = 'touch_items'") == 3
            # Neither the old stamps nor the old horizons are looked at again.
            assert there.refresh(environment=target).output.count("[INSERT 0 0 in") == 4
            restored.execute(COMPLETE, [4])
            assert "[INSERT 0 1 in" in there.refresh(environment=target).output


_SPY = """
create table spy (xid xid8);
create function spy() returns trigger language plpgsql as $$
begin
    insert into public.spy select pg_current_xact_id();
    return null;
end $$;
create trigger spy after insert or update or delete on batch_operation_logs
for each statement execute function spy();
"""


def test_a_refresh_is_one_transaction(database, seen):
    database.execute(_SPY)
    database.execute(ADD_BATCHES, [4, 6])
    seen.refresh()
    assert database.row("select count(distinct xid), count(*) > 2 from spy") == (1, True)


class TestNothingToShow:
    """What was looked at and gave no row is not looked at again: the newest horizon goes on all the same."""

    def test_runs_without_metrics_and_simple_batches_of_minimal_runs(self, database, seen):
        add_run(database, "silent", batches=50)
        database.execute("update batch_ops.runs set logging_level = 'minimal' where operation = 'silent'")
        seen.refresh()
        assert seen.rows("select * from {logs} where operation = 'silent'") == []
        for model in ("batch_operation_logs", "batch_performance_metrics"):
            assert database.value(
                f"select max(ledger_horizon) > (select max(changed_xid) from batch_ops.batches) from {model}"
            ), model

    def test_but_not_where_dbt_was_told_to_read_nothing(self, database, seen):
        database.execute(ADD_BATCHES, [4, 6])
        seen.refresh("--empty")
        assert len(seen.rows(LOGGED)) == 3
        seen.refresh()
        seen.assert_agree()


class TestBoundedWork:
    """50 of 60,000 batches are new: neither the ledger nor the model is read beyond what is about them."""

    @pytest.fixture(params=["fresh statistics", "no statistics"])
    def plans(self, request, database, dbt, models):
        for _ in range(20):
            add_run(database, "large", batches=3000)
        database.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        if request.param == "fresh statistics":
            database.execute("analyze")
        else:
            database.execute("delete from pg_statistic where starelid >= 16384")
        models.refresh()
        add_run(database, "new", batches=50)
        database.execute("update batch_ops.runs set collect_metrics = true where operation = 'new'")

        def plans(model, key):
            read = (dbt.project / f"target/compiled/dbt_batch_ops/models/monitoring/{model}.sql").read_text()
            # As dbt writes it.
            delete = f"delete from {model} as d where ({key}) in (select distinct {key} from changes as s)"
            with database.session() as session, session.cursor() as cursor:
                cursor.execute(f"create temporary table changes as {read}")
                for statement in (read, delete):
                    cursor.execute("explain (analyze, format json) " + statement)
                    (((plan,),),) = cursor.fetchall()
                    yield plan["Plan"]

        return plans

    @pytest.mark.parametrize(
        ("model", "key"),
        [
            ("batch_operations", "operation_id"),
            ("batch_operation_logs", "log_key"),
            ("batch_performance_metrics", "operation_id"),
        ],
    )
    def test_of(self, plans, model, key):
        for plan in plans(model, key):
            for node in nodes(plan):
                if node.get("Relation Name") in ("batches", "batch_operation_logs"):
                    assert rows_read(node) <= 200, node


def rows_read(node):
    """Return how many rows a node returned or threw away, over all loops."""
    return node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def _run(server, program, *arguments):
    subprocess.run([server.binaries.program(program), *arguments], check=True)
