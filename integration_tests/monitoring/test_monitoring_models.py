"""The models over the ledger: their figures are the ledger's, and what changes there changes in them."""

from decimal import Decimal

import pytest

from support.database.sessions import kill_dbt, terminate, wait_for_row_lock
from support.engine.account_runs import Run
from support.engine.purges import add_run
from support.monitoring.held_runs import closed_gate, create_tables, wait_at_gate
from support.monitoring.models import MODELS, Models, allow, create_watched, fail_twice, refuse
from support.tables.items import create_items

STATUSES = "select status, count(*) from {logs} group by 1 order by 1"
RUN_STATUS = "select status from {runs}"

# One of each table, with what it changes in the model.
CHANGES = (
    (
        """
        insert into batch_ops.controls (operation_id, action)
        select operation_id, 'cancel' from batch_ops.runs
        """,
        "last_control",
        "cancel",
    ),
    ("update batch_ops.steps set total_records = 99", "total_records", 99),
    ("update batch_ops.workers set ended_at = joined_at + interval '7 s'", "duration_seconds", 7),
    (
        """
        insert into batch_ops.errors (operation_id, step_number, sqlstate, error_message, kind)
        select operation_id, 1, '40001', 'x', 'retried' from batch_ops.runs
        """,
        "retry_count",
        1,
    ),
    ("update batch_ops.batches set wal_bytes = 5 where batch_number = 2", "wal_bytes", 5),
    ("update batch_ops.runs set stop_reason = 'enough'", "stop_reason", "enough"),
)


@pytest.fixture
def models(dbt, database):
    return Models(dbt, database)


@pytest.fixture
def watched(database):
    """A hundred rows to change."""
    create_watched(database, 100)
    return database


def retry_failed(dbt, run):
    dbt.run_operation("dbt_batch_ops.retry_failed", {"operation_id": run.id})


class TestFigures:
    def test_of_a_simple_run_are_those_of_the_ledger(self, dbt, database, models):
        create_items(database, 100)
        dbt.run_operation("touch_items_by_7")
        models.refresh()
        models.assert_agree()
        assert models.rows("select status, processed_records, batch_count, worker_count from {runs}") == [
            ("completed", 100, 15, 1)
        ]
        assert models.value("select sum(records_processed) from {logs}") == 100
        assert models.rows("select distinct operation, step_number, step_name from {logs}") == [
            ("touch_items_by_7", 1, "touch_items_by_7")
        ]

    def test_of_runs_with_failed_rows_and_repeated_attempts(self, dbt, watched, models):
        refuse(watched, 20, 22)
        fail_twice(watched, 50)
        dbt.run_operation("touch_watched", check=False)
        models.refresh()
        models.assert_agree()
        assert models.rows(
            "select status, processed_records, failed_records, failed_share, error_count, retry_count "
            "from {runs}"
        ) == [("completed_with_errors", 97, 3, Decimal("0.03"), 3, 2)]
        assert models.rows("select failed_records from {errors} where kind = 'row' order by error_id") == [
            ([{"id": n, "touched": 0}],) for n in (20, 21, 22)
        ]
        assert models.rows(
            "select kind, sqlstate, count(*), max(attempts) from {errors} group by 1, 2 order by 1"
        ) == [
            ("retried", "40001", 2, 2),
            ("row", "23514", 3, 1),
        ]

    def test_percentiles_are_those_of_the_batches(self, dbt, database, models):
        create_items(database, 1000)
        dbt.run_operation("touch_items_by_7")
        database.execute(
            "update batch_ops.batches set completed_at = started_at + batch_number * interval '1 second'"
        )
        models.refresh()
        assert models.rows(
            "select batch_seconds_p50, batch_seconds_p95, batch_seconds_p99, batch_seconds_max from {runs}"
        ) == [(72, Decimal("135.9"), Decimal("141.58"), 143)]
        assert models.value("select max(records_per_second) from {logs}") == 7
        models.assert_agree()

    def test_time_between_a_kill_and_the_resume_does_not_count(self, dbt, database, models):
        create_items(database, 10)
        dbt.run_operation("touch_items_by_7")
        database.execute(
            """
            update batch_ops.runs set started_at = '2024-01-01 10:00Z', completed_at = '2024-01-01 12:00Z';
            update batch_ops.workers set joined_at = '2024-01-01 10:00Z', ended_at = '2024-01-01 10:01Z';
            insert into batch_ops.workers (
                operation_id, pid, backend_start, joined_at, heartbeat_at, ended_at
            )
            select operation_id, n, now(), moment, moment, moment + interval '30 seconds'
            from batch_ops.runs cross join (
                values (1, timestamptz '2024-01-01 10:00:45Z'), (2, '2024-01-01 11:59:30Z')
            ) as sessions (n, moment)
            """
        )
        models.refresh()
        assert models.rows(
            "select duration_seconds, wall_clock_seconds, records_per_second, worker_count from {runs}"
        ) == [(105, 7200, Decimal("0.095"), 3)]
        models.assert_agree()

    def test_a_clock_that_was_set_back_does_not_stop_the_models(self, dbt, database, models):
        create_items(database, 10)
        dbt.run_operation("touch_items_by_7")
        database.execute("update batch_ops.workers set ended_at = joined_at - interval '1 minute'")
        models.refresh()
        assert models.rows("select duration_seconds, records_per_second from {runs}") == [(0, None)]

    def test_of_a_batch_that_failed_as_a_whole_the_range_is_shown(self, dbt, database, models):
        create_items(database, 20)
        database.execute("alter table item add constraint unlucky check (touched = 0 or id <> 10)")
        dbt.run_operation("touch_items_by_7", check=False)
        database.execute("update batch_ops.errors set source_row = null, row_key = null, range_hi = null")
        models.refresh()
        models.assert_agree()
        assert models.rows("select kind, batch_number, failed_records, is_resolved from {errors}") == [
            ("batch", 2, {"range_lo": [7], "range_hi": [14]}, False)
        ]
        assert models.rows(RUN_STATUS) == [("failed",)]


class TestWhatChanges:
    def test_a_second_refresh_with_nothing_new_changes_nothing(self, dbt, database, models):
        create_items(database, 50)
        dbt.run_operation("touch_items_by_7")
        database.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        before = models.contents()
        assert all(before[model] for model in MODELS if model != "batch_operation_errors")
        told = models.refresh().output
        assert models.contents() == before
        assert told.count("[INSERT 0 0 in") == 4

    def test_claimed_batches_are_completed_batches_later(self, dbt, watched, models):
        with watched.session(autocommit=False) as gate, gate.cursor() as cursor:
            cursor.execute("select from watched where id = 50 for update")
            process = dbt.start_operation("touch_watched")
            wait_for_row_lock(watched)
            models.refresh()
            assert dict(models.rows(STATUSES))["claimed"] >= 1
            assert models.rows(RUN_STATUS) == [("running",)]
            gate.rollback()
            dbt.finish(process)
        models.refresh()
        models.assert_agree()
        assert models.rows(STATUSES) == [("completed", 15)]
        assert models.rows(RUN_STATUS) == [("completed",)]

    def test_a_run_is_renewed_though_its_own_row_is_not_written(self, dbt, watched, models):
        with (
            watched.session(autocommit=False) as first,
            watched.session(autocommit=False) as second,
        ):
            first.cursor().execute("select from watched where id = 50 for update")
            second.cursor().execute("select from watched where id = 90 for update")
            process = dbt.start_operation("touch_watched")
            wait_for_row_lock(watched)
            models.refresh()
            stamp = watched.value("select changed_xid::text from batch_ops.runs")
            seen = models.value("select batch_count from {runs}")
            first.rollback()
            wait_for_row_lock(watched)
            assert watched.value("select changed_xid::text from batch_ops.runs") == stamp
            models.refresh()
            assert models.value("select batch_count from {runs}") > seen
            second.rollback()
            dbt.finish(process)

    def test_a_run_is_renewed_by_a_change_of_anything_of_it(self, database, models):
        add_run(database)
        models.refresh()
        for change, column, value in CHANGES:
            database.execute(change)
            models.refresh()
            assert models.rows(f"select {column} from {{runs}}") == [(value,)], change

    def test_errors_that_were_mended_are_resolved(self, dbt, watched, models):
        refuse(watched, 20, 22)
        dbt.run_operation("touch_watched", check=False)
        models.refresh()
        assert models.rows("select distinct is_resolved, resolved_at is null from {errors}") == [
            (False, True)
        ]
        allow(watched)
        retry_failed(dbt, Run.newest(watched))
        models.refresh()
        models.assert_agree()
        assert models.rows("select distinct is_resolved, resolved_at is null from {errors}") == [
            (True, False)
        ]
        assert models.rows("select status, failed_records, resolved_error_count from {runs}") == [
            ("completed", 0, 3)
        ]

    def test_a_killed_run_is_interrupted_without_a_change_in_the_ledger_and_completed_after_its_resume(
        self, dbt, database, models
    ):
        create_tables(database)
        # No transaction that is older than the run holds the horizon back.
        with closed_gate(database):
            process = dbt.start_operation("pack_crates")
            (backend,) = wait_at_gate(database)
            models.refresh()
            assert models.rows(RUN_STATUS) == [("running",)]
            changed = "select max(changed_xid)::text::bigint from batch_ops.{}"
            before = [database.value(changed.format(table)) for table in ("runs", "batches", "workers")]
            assert models.value("select max(ledger_horizon)::text::bigint from {runs}") > max(before)
            kill_dbt(process)
            terminate(database, backend)
        assert [database.value(changed.format(table)) for table in ("runs", "batches", "workers")] == before
        models.refresh()
        assert models.rows(RUN_STATUS) == [("interrupted",)]
        models.assert_agree()
        dbt.run_operation("pack_crates", {"operation_id": Run.newest(database).id})
        models.refresh()
        models.assert_agree()
        assert models.rows(RUN_STATUS) == [("completed",)]

    def test_rows_of_runs_that_were_purged_stay(self, dbt, watched, models):
        refuse(watched, 20, 22)
        dbt.run_operation("touch_watched", check=False)
        watched.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        before = models.contents()
        assert all(before.values())
        dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
        create_items(watched, 10)
        dbt.run_operation("touch_items_by_7")
        models.refresh()
        kept = models.contents()
        assert all(row in kept[model] for model, rows in before.items() for row in rows)
        models.assert_agree(run_id=Run.newest(watched).id)


class TestLoggingLevels:
    @pytest.fixture
    def run(self, dbt, watched):
        """A run with a batch that was tried three times and one with failed rows."""
        refuse(watched, 20, 22)
        fail_twice(watched, 50)
        dbt.run_operation("touch_watched", check=False)
        # Given back at the end of a slice, as happens where a machine is slow: a batch like any other.
        watched.execute("update batch_ops.batches set claim_number = 1 where batch_number not in (3, 4, 8)")
        return Run.newest(watched)

    def test_minimal_has_only_batches_that_did_not_simply_complete(self, watched, models, run):
        run.execute("update batch_ops.runs set logging_level = 'minimal' where operation_id = %(run)s")
        models.refresh()
        found = models.rows(
            "select batch_number, status, failed_records, claim_number > 1 from {logs} order by 1"
        )
        assert (8, "completed", 0, True) in found
        assert (3, "completed", 2, False) in found
        assert (4, "completed", 1, False) in found
        assert len(found) == 3

    def test_standard_has_every_batch_once(self, models, run):
        models.refresh()
        assert models.rows(STATUSES) == [("completed", 15)]
        models.assert_agree()

    def test_detailed_has_every_attempt_that_was_made_again_as_well(self, models, run):
        run.execute("update batch_ops.runs set logging_level = 'detailed' where operation_id = %(run)s")
        models.refresh()
        assert models.rows(STATUSES) == [("completed", 15), ("retried", 2)]
        assert models.rows(
            "select batch_number, attempts, sqlstate, error_message from {logs} "
            "where status = 'retried' order by 2"
        ) == [(8, 1, "40001", "in the way"), (8, 2, "40001", "in the way")]
        models.assert_agree()

    def test_what_a_minimal_log_has_of_a_batch_is_brought_up_to_date(self, dbt, watched, models, run):
        run.execute("update batch_ops.runs set logging_level = 'minimal' where operation_id = %(run)s")
        models.refresh()
        allow(watched)
        retry_failed(dbt, run)
        models.refresh()
        assert models.value("select sum(failed_records) from {logs}") == 0
        assert {(3,), (4,)} <= set(models.rows("select batch_number from {logs} where status = 'completed'"))


class TestMetrics:
    def test_only_runs_that_collect_them_have_them(self, dbt, watched, models):
        dbt.run_operation("touch_watched")
        models.refresh()
        assert models.rows("select * from {metrics}") == []
        watched.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        assert models.value("select count(*) from {metrics}") > 0

    def test_they_are_the_figures_of_the_run(self, dbt, watched, models):
        refuse(watched, 20, 22)
        dbt.run_operation("touch_watched", check=False)
        watched.execute(
            """
            update batch_ops.runs set collect_metrics = true;
            update batch_ops.batches set
                wal_bytes = 970, lock_wait = interval '0.5 seconds',
                completed_at = timestamptz '2024-01-01 10:00:50Z' + batch_number * interval '1 second',
                started_at = timestamptz '2024-01-01 10:00:50Z' + batch_number * interval '0.5 seconds'
            """
        )
        models.refresh()
        found = models.rows("select metric_name, metric_value, unit, recorded_at from {metrics}")
        ended = models.value("select completed_at from {runs}")
        minutes = {str(at)[:19]: value for name, value, _, at in found if name == "records_per_minute"}
        # Batches of 7; three rows were refused, all of them in the third and the fourth.
        assert minutes == {"2024-01-01 10:00:00": 9 * 7 - 3, "2024-01-01 10:01:00": 5 * 7 + 2}
        others = {name: (value, unit) for name, value, unit, at in found if at == ended}
        run = models.rows("select duration_seconds, records_per_second from {runs}")[0]
        assert others == {
            "seconds": (run[0], "s"),
            "records_per_second": (run[1], "records/s"),
            "batch_seconds_p50": (4, "s"),
            "batch_seconds_p95": (Decimal("7.15"), "s"),
            "batch_seconds_p99": (Decimal("7.43"), "s"),
            "batch_seconds_max": (7.5, "s"),
            "retries": (0, "attempts"),
            "failed_share": (Decimal("0.03"), "share"),
            "wal_bytes": (15 * 970, "bytes"),
            "wal_bytes_per_record": (150, "bytes/record"),
            "lock_wait_seconds": (7.5, "s"),
        }
        assert len(found) == len(others) + 2
        assert models.rows("select wal_bytes, lock_wait_seconds from {runs}") == [(15 * 970, 7.5)]

    def test_all_of_a_changed_run_are_replaced(self, dbt, watched, models):
        dbt.run_operation("touch_watched")
        watched.execute("update batch_ops.runs set collect_metrics = true")
        models.refresh()
        watched.execute("update batch_ops.batches set completed_at = timestamptz '2024-01-01 10:00Z'")
        models.refresh()
        assert models.rows(
            "select metric_value, recorded_at::text from {metrics} where metric_name = 'records_per_minute'"
        ) == [(100, models.value("select timestamptz '2024-01-01 10:00Z'::text"))]
