"""Every spec of the reference document, killed in the middle of each of its steps and resumed.

A trigger on the ledger holds the run inside a transaction: that of a batch, when its work is done, functions
have been called and nothing of it is committed, or that which ends a step and opens the next. There dbt is
killed, alone or with its session.
"""

import re
from contextlib import contextmanager

import pytest

from support.database.sessions import kill_dbt, terminate, wait_for_rows
from support.engine.account_runs import Run
from support.reference import scenarios
from support.reference.document import needs_document
from support.reference.manual_test import folder_for_the_server
from support.reference.scenarios import SCENARIOS

pytestmark = needs_document

STEPS = [(operation, step.name) for operation, scenario in SCENARIOS.items() for step in scenario.steps]
ONE_OF_EACH_TYPE = [
    ("migrate_user_data", "validate_data"),
    ("migrate_user_data", "update_profiles"),
    ("migrate_user_data", "cleanup_legacy"),
    ("refresh_product_cache", "fetch_fresh_data"),
    ("refresh_product_cache", "update_cache"),
    ("generate_monthly_invoices", "create_invoices"),
    ("generate_monthly_invoices", "generate_pdf"),
]
# What is made ready when a step opens: staged keys, a function's input, checked rows.
OPENED_ON_THE_WAY = [
    ("migrate_user_data", "update_profiles"),
    ("refresh_product_cache", "fetch_fresh_data"),
    ("refresh_product_cache", "update_cache"),
]
PLANNED = re.compile(r"confirm: ([0-9a-f-]{36})")
HOLD = """
create function hold() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(7, 7);
    return new;
end $$;
create trigger hold before update on batch_ops.{table} for each row
when (new.step_number = {number} and {condition}) execute function hold();
"""
HELD = """
select pid from pg_locks
where locktype = 'advisory' and (classid, objid, objsubid) = (7, 7, 2) and not granted
"""


@pytest.fixture(scope="module")
def files():
    """A folder for files that the server reads."""
    with folder_for_the_server() as folder:
        yield folder


@pytest.fixture
def database(_database, _ledger_template):
    """A new database with the ledger and nothing else."""
    _database.recreate(_ledger_template)
    return _database


@contextmanager
def held(database, table, number, condition):
    """Hold whoever changes such a row of a step in the ledger; gives what waits for its session."""
    database.execute(HOLD.format(table=table, number=number, condition=condition))
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7, 7)")
        yield lambda: wait_for_rows(database, HELD, {}, f"step {number} is held")[0][0]


def held_in_the_middle(database, scenario, step):
    """Hold whoever has done a batch in the middle of a step, or its only one, and is about to commit it."""
    number, step = numbered(scenario, step)
    batch = min(2, -(-step.records // step.batch_size))
    return held(database, "batches", number, f"new.status = 'completed' and new.batch_number = {batch}")


def held_on_the_way_to(database, scenario, step):
    """Hold whoever has opened a step and is about to commit that, and the end of the step before."""
    number, _ = numbered(scenario, step)
    return held(database, "steps", number, "old.status = 'pending' and new.status = 'running'")


def numbered(scenario, name):
    """Return a step with its number."""
    return next((number, step) for number, step in enumerate(scenario.steps, 1) if step.name == name)


def start(dbt, operation, arguments):
    """Start a spec with dbt, as a confirmed plan where it has to be one."""
    if SCENARIOS[operation].is_confirmed:
        plan = dbt.run_operation(operation, arguments)
        arguments = {"confirm": PLANNED.search(plan.output)[1]}
    return dbt.start_operation(operation, arguments)


def assert_as_if_undisturbed(run, scenario, before):
    """Data, ledger and calls are those of a run that nobody disturbed."""
    assert run.status in ("completed", "completed_with_errors")
    assert scenarios.differences(scenarios.contents(run.database, scenario), scenario.expected(before)) == {}
    done = run.database.rows(
        """
        select steps.name, sum(records), bool_and(batches.status = 'completed')
        from batch_ops.steps inner join batch_ops.batches using (operation_id, step_number)
        where operation_id = %s group by step_number, steps.name order by step_number
        """,
        [run.id],
    )
    assert done == [(step.name, step.records, True) for step in scenario.steps]
    assert scenarios.calls(run.database, scenario) == scenario.calls


def calls_with_a_batch_done_twice(scenario, step):
    """How often functions are called when one batch of a step is killed after its calls and done again."""
    _, step = numbered(scenario, step)
    again = {step.function: scenario.calls[step.function] + step.calls_per_batch} if step.function else {}
    return {**scenario.calls, **again}


@pytest.fixture
def scenario(database, operation):
    """What a spec needs and has to do, with its tables in the database."""
    scenario = SCENARIOS[operation]
    scenarios.create(database, scenario)
    return scenario


@pytest.mark.parametrize(("operation", "step"), STEPS)
def test_a_spec_killed_with_its_session_in_a_step_and_resumed_leaves_what_it_has_to(
    dbt, database, files, scenario, operation, step
):
    before = scenarios.contents(database, scenario)
    with held_in_the_middle(database, scenario, step) as wait_until_held:
        process = start(dbt, operation, scenario.arguments(files))
        session = wait_until_held()
        kill_dbt(process)
        terminate(database, session)
    run = Run.newest(database)
    assert run.status == "interrupted"
    dbt.run_operation(operation, run.arguments)
    assert_as_if_undisturbed(run, scenario, before)
    assert scenarios.calls_outside(database, scenario) == calls_with_a_batch_done_twice(scenario, step)


@pytest.mark.parametrize(("operation", "step"), ONE_OF_EACH_TYPE)
def test_a_spec_resumed_beside_the_session_that_a_killed_dbt_left_behind_leaves_what_it_has_to(
    dbt, database, files, scenario, operation, step
):
    before = scenarios.contents(database, scenario)
    with held_in_the_middle(database, scenario, step) as wait_until_held:
        process = start(dbt, operation, scenario.arguments(files))
        wait_until_held()
        kill_dbt(process)
        run = Run.newest(database)
        resumed = dbt.start_operation(operation, run.arguments)
        resumed.wait_for("waiting for batch")
    dbt.finish(resumed)
    assert_as_if_undisturbed(run, scenario, before)
    assert scenarios.calls_outside(database, scenario) == scenario.calls


@pytest.mark.parametrize(("operation", "step"), OPENED_ON_THE_WAY)
def test_a_spec_killed_between_two_steps_and_resumed_leaves_what_it_has_to(
    dbt, database, files, scenario, operation, step
):
    before = scenarios.contents(database, scenario)
    with held_on_the_way_to(database, scenario, step) as wait_until_held:
        process = start(dbt, operation, scenario.arguments(files))
        session = wait_until_held()
        kill_dbt(process)
        terminate(database, session)
    run = Run.newest(database)
    dbt.run_operation(operation, run.arguments)
    assert_as_if_undisturbed(run, scenario, before)
    assert scenarios.calls_outside(database, scenario) == scenario.calls
