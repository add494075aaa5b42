"""A ledger of an older version keeps its runs when a newer package takes it over."""

import pytest

from support.tables.items import create_items, touched

_FINISHED = "00000000-0000-0000-0000-000000000001"
_UNFINISHED = "00000000-0000-0000-0000-000000000002"


@pytest.fixture
def upgraded(dbt, empty_database):
    """A ledger of version 1 with a finished and an unfinished run, taken over by this version."""
    dbt.run_operation("install_first_ledger")
    for operation_id, status, closed in ((_FINISHED, "completed", "now()"), (_UNFINISHED, "failed", "null")):
        empty_database.execute(
            f"""
            insert into batch_ops.runs (
                operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
                package_version, asynchronous_commit, batch_size, claim_timeout, total_records,
                total_is_exact, processed_records, batch_count, completed_at, closed_at
            )
            values (
                '{operation_id}', 'touch_items_by_7', '"test"."public"."item"', '{status}', '{{}}', 'old',
                'x.yml', '0.0.1', '0.0.1', true, 7, '30 s', 14, true, 7, 1, {closed}, {closed}
            );
            insert into batch_ops.steps (
                operation_id, step_number, name, operation_type, iterate_by, key_columns, upper_bound,
                statements
            )
            values ('{operation_id}', 1, 'touch_items_by_7', 'update', 'range', '{{id}}', '[14]', '{{}}');
            insert into batch_ops.batches (
                operation_id, step_number, batch_number, status, worker_id, range_hi, records
            )
            values ('{operation_id}', 1, 1, 'completed', 1, '[7]', 7);
            """
        )
    dbt.run_operation("dbt_batch_ops.install")
    return empty_database


def test_what_a_run_decided_for_itself_is_its_steps_now(upgraded):
    steps = upgraded.rows(
        """
        select step_number, status, batch_size, total_records, total_is_exact, asynchronous_commit
        from batch_ops.steps order by operation_id
        """
    )
    assert steps == [(1, "completed", 7, 14, True, True), (1, "running", 7, 14, True, True)]
    assert upgraded.value("select max(version) from batch_ops.migrations") == 6


def test_its_runs_are_shown_as_before(dbt, upgraded):
    said = dbt.run_operation("dbt_batch_ops.status").output
    (finished,) = (line for line in said.splitlines() if _FINISHED in line)
    assert finished.split()[2:6] == ["completed", "7", "14", "1"]


def test_an_unfinished_run_stands_in_the_way_until_it_is_given_up(dbt, upgraded):
    create_items(upgraded, 20)
    refused = dbt.run_operation("touch_items_by_7", check=False)
    assert refused.exit_code == 1
    assert _UNFINISHED in refused.output
    dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": _UNFINISHED})
    dbt.run_operation("touch_items_by_7")
    assert touched(upgraded) == {1: 20}
