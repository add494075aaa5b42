"""The tests of the ledger: quiet on what real runs leave, and loud, with the culprit, on what was damaged.

A damage is done and looked at in one transaction, which is rolled back.
"""

import pytest

from support.monitoring.ledger_damage import Damage, batch, run, twice

TILE, STATE, SUM = "ranges_tile", "one_terminal_state_per_batch", "batch_rows_add_up"
RECORDED, BOTH, LIMITS = "failed_rows_are_recorded", "no_row_failed_and_changed", "errors_within_limits"
CONSISTENCY = {TILE, STATE, SUM, RECORDED, BOTH, LIMITS}
ALERTS = {
    "heartbeats_fresh",
    "finished_runs_have_no_live_worker",
    "error_rate_within_limits",
    "no_recently_failed_runs",
    "runs_end_in_time",
    "notifications_delivered",
}
FILL, LABEL, ADD, COPY = "fill_jars", "label_jars", "add_jars", "copy_jars"
BREAK = "break_jars"

_ERROR_AGAIN = (
    "insert into batch_ops.errors "
    "(operation_id, step_number, batch_number, kind, sqlstate, error_message, {columns}) "
    "select operation_id, step_number, batch_number, kind, sqlstate, error_message, {columns} "
    "from batch_ops.errors where {{run}} and kind = '{kind}'"
)

DAMAGES = [
    # --- ranges_tile ---
    Damage(
        TILE,
        FILL,
        "delete from batch_ops.batches where {step} and batch_number = 4",
        "batches before it are missing",
        1,
        5,
        {"found": "batch 5 behind 3", "expected": "batch 4"},
    ),
    Damage(
        TILE,
        FILL,
        "delete from batch_ops.batches where {step} and batch_number = 1",
        "batches before it are missing",
        1,
        2,
    ),
    Damage(
        TILE,
        FILL,
        "delete from batch_ops.batches where {step} and batch_number = 10",
        "its batches do not end where it does",
        1,
        row={"found": "[900]", "expected": "[1000]"},
    ),
    Damage(
        TILE, LABEL, "delete from batch_ops.batches where {run}", "its batches do not end where it does", 1
    ),
    Damage(
        TILE,
        COPY,
        "delete from batch_ops.batches where {step}",
        "its batches do not end where it does",
        2,
        row={"expected": "[30]"},
    ),
    Damage(
        TILE,
        COPY,
        "update batch_ops.steps set upper_bound = '[31]' where {step}",
        "its batches do not end where it does",
        2,
        row={"found": "[30]", "expected": "[31]"},
    ),
    batch(TILE, FILL, "range_lo = '[305]'", "there is a gap", 4, row={"found": "from [305]"}),
    batch(TILE, FILL, "range_lo = '[295]'", "overlaps", 4, row={"expected": "from [300]"}),
    batch(TILE, FILL, "range_lo = null", "begins at the beginning again", 4),
    batch(TILE, FILL, "range_lo = '[0]'", "the first range does not begin at the beginning", 1),
    batch(TILE, FILL, "range_hi = '[200]'", "ends before it begins", 4, rows=2),
    batch(TILE, FILL, "range_hi = '[300]'", "ends before it begins", 4, rows=2),
    batch(TILE, FILL, "range_lo = '[\"x\"]'", "does not begin where the one before it ends", 4),
    batch(TILE, COPY, "range_lo = '[3]'", "overlaps", 2, step=2),
    twice(TILE, FILL, "its number is there twice", 4),
    # --- one_terminal_state_per_batch ---
    batch(STATE, FILL, "records = null", "does not say how many rows", 4),
    batch(STATE, FILL, "records = -1", "less rows than none", 4),
    batch(STATE, FILL, "failed_records = -1", "less rows than none", 4),
    batch(STATE, FILL, "completed_at = null", "does not say when", 4),
    batch(STATE, FILL, "applied_hi = '[350]'", "not applied to its end", 4, row={"found": "[350]"}),
    batch(STATE, FILL, "retry_at = now()", "it is completed, and is to be tried again", 4),
    batch(STATE, FILL, "sqlstate = '23514'", "it has an error", 4, row={"found": "23514"}),
    batch(STATE, FILL, "status = 'released'", "its run is completed", 4, row={"found": "released"}),
    batch(STATE, FILL, "status = 'claimed'", "its run is completed", 4, row={"found": "claimed"}),
    batch(
        STATE,
        LABEL,
        "status = 'failed', completed_at = null, sqlstate = '23514'",
        "bears no failed batch (stop_on_error)",
        4,
    ),
    batch(STATE, BREAK, "completed_at = now()", "it is failed, and says when it was completed", 3),
    batch(STATE, BREAK, "retry_at = now()", "it is failed, and is to be tried again", 3),
    batch(STATE, BREAK, "sqlstate = null", "does not say of what", 3),
    batch(STATE, BREAK, "status = 'claimed', retry_at = now()", "it is claimed, and is to be tried again", 3),
    batch(
        STATE,
        BREAK,
        "status = 'completed', completed_at = now(), sqlstate = null, records = 100, applied_hi = range_hi",
        "is recorded as failed",
        3,
    ),
    Damage(
        STATE,
        FILL,
        "alter table batch_ops.batches drop constraint batches_status_check;"
        "update batch_ops.batches set status = 'done' where {batch}",
        "a status that there is not",
        1,
        4,
        {"found": "done"},
    ),
    twice(STATE, FILL, "there more than once", 4, row={"found": "completed, completed"}),
    # --- batch_rows_add_up ---
    Damage(
        SUM,
        FILL,
        "update batch_ops.batches set records = records - 1 where {step} and batch_number = 4",
        "its rows are not those of its batches",
        row={"found": "998", "expected": "997"},
    ),
    Damage(
        SUM,
        FILL,
        "delete from batch_ops.batches where {run} and batch_number = 4",
        "its rows are not those of its batches",
        row={"expected": "898"},
    ),
    Damage(SUM, LABEL, "delete from batch_ops.batches where {run}", "its rows", row={"expected": "0"}),
    Damage(
        SUM,
        FILL,
        "update batch_ops.batches set status = 'released' where {run} and batch_number = 4",
        "its batches are not those that are completed",
        row={"found": "10", "expected": "9"},
    ),
    run(SUM, COPY, "processed_records = 61", "its rows are not those of its batches", row={"expected": "60"}),
    run(SUM, COPY, "batch_count = 77", "its batches are not those that are completed", row={"found": "77"}),
    Damage(
        SUM,
        ADD,
        "update batch_ops.steps set total_records = 11 where {run}",
        "the rows that the step was given are not those",
        1,
        row={
            "found": "13",
            "expected": "11 taken + 1 invalid + 0 superseded + 0 over the limit",
        },
    ),
    # --- failed_rows_are_recorded ---
    Damage(
        RECORDED,
        FILL,
        "delete from batch_ops.errors where {run} and batch_number = 3;"
        "update batch_ops.runs set error_count = 1 where {run}",
        "rows of it failed, and are not recorded",
        1,
        3,
        {"found": "0 recorded", "expected": "1 counted"},
    ),
    Damage(
        RECORDED,
        FILL,
        "update batch_ops.errors set resolved_at = now() where {run} and batch_number = 3;"
        "update batch_ops.runs set error_count = 1 where {run}",
        "rows of it failed, and are not recorded",
        1,
        3,
    ),
    batch(RECORDED, FILL, "failed_records = 0", "are recorded as failed, and are not counted", 8),
    Damage(
        RECORDED,
        FILL,
        "update batch_ops.errors set batch_number = 77 where {run} and batch_number = 3",
        "and it is not there",
        1,
        77,
        rows=2,
    ),
    Damage(
        RECORDED,
        BREAK,
        "delete from batch_ops.errors where {run}",
        "it failed as a whole, and that is not recorded",
        1,
        3,
    ),
    run(RECORDED, FILL, "error_count = 3", "its number of errors", row={"found": "3", "expected": "2"}),
    run(RECORDED, FILL, "error_count = 0", "its number of errors", row={"found": "0", "expected": "2"}),
    Damage(
        RECORDED,
        ADD,
        "delete from batch_ops.errors where {run}; update batch_ops.runs set error_count = 0 where {run}",
        "left out as invalid, and are not all recorded",
        1,
        row={"found": "0 recorded", "expected": "1 counted"},
    ),
    # --- no_row_failed_and_changed ---
    Damage(
        BOTH,
        FILL,
        _ERROR_AGAIN.format(columns="range_lo, range_hi, row_key", kind="row"),
        "a row is recorded as failed more than once",
        1,
        3,
        {"found": "key [250]: 2"},
        rows=2,
    ),
    Damage(
        BOTH,
        ADD,
        _ERROR_AGAIN.format(columns="row_number", kind="invalid"),
        "a row is recorded as failed more than once",
        1,
        row={"found": "row 13: 2"},
    ),
    batch(BOTH, FILL, "applied_hi = null", "does not say how far it was applied", 3),
    batch(BOTH, FILL, "applied_hi = '[249]'", "a row failed beyond what was applied of it", 3),
    Damage(
        BOTH,
        FILL,
        "update batch_ops.errors set range_hi = '[150]' where {batch}",
        "a failed row is not one of its rows",
        1,
        3,
        {"found": "key [150]", "expected": "beyond [200], up to [300]"},
    ),
    Damage(
        BOTH,
        FILL,
        "update batch_ops.errors set range_hi = '[301]' where {batch}",
        "a failed row is not one of its rows",
        1,
        3,
    ),
    batch(
        BOTH,
        FILL,
        "records = records + 1",
        "more rows are recorded as changed or failed than its range can have",
        3,
        row={"found": "100 changed, 1 failed", "expected": "100 at most"},
    ),
    batch(BOTH, LABEL, "records = 101", "more rows are recorded", 1, row={"expected": "100 at most"}),
    batch(BOTH, ADD, "records = 6", "more rows are recorded", 2),
    batch(BOTH, COPY, "records = 11", "more rows are recorded", 3),
    # --- errors_within_limits ---
    run(
        LIMITS,
        FILL,
        "max_errors = 1",
        "more failures than max_errors",
        row={"found": "2 failures", "expected": "1 at most"},
    ),
    run(LIMITS, FILL, "error_handling = 'stop_on_error'", "failures that it does not bear"),
    run(LIMITS, BREAK, "status = 'completed'", "failures that it does not bear (stop_on_error)"),
    run(LIMITS, ADD, "skip_invalid_rows = false", "invalid rows that it does not bear"),
    Damage(
        LIMITS,
        FILL,
        "update batch_ops.runs set max_errors_per_worker = 3 where {run};"
        "update batch_ops.workers set failed = 104 where {run}",
        "a worker has gone on over max_errors_per_worker",
    ),
]


def test_all_that_the_package_promises_is_tested(tests):
    assert set(tests.names) == CONSISTENCY | ALERTS
    assert {damage.test for damage in DAMAGES} == CONSISTENCY


def test_nothing_is_found_in_what_real_runs_have_left(tests, session):
    assert tests.all_findings(session) == {}


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_a_damage_is_found_and_its_culprit_is_named(tests, session, runs, damage):
    damage.do(session)
    found = tests.findings(session, damage.test)
    assert damage.is_told_by(found, runs), found
