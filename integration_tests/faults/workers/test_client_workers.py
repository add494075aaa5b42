"""``dbt-batch-ops run --workers``: dbt opens and watches the run, threads of the command work on it."""

import re
import shlex
import signal

import pytest

from support.commands.cli import Cli
from support.commands.terminal import CTRL_C
from support.database.database import KEPT
from support.database.sessions import terminate, wait_for_row_lock, wait_for_rows
from support.engine.account_runs import Run
from support.engine.worker_groups import first_claims_together
from support.patience import wait_until

WHO_WORKED = """
select count(distinct worker_id) from batch_ops.batches where operation_id = %(run)s and status = 'completed'
"""
DBT_WORKED = """
select count(*) from batch_ops.batches inner join batch_ops.workers using (worker_id)
where batches.operation_id = %(run)s and workers.role = 'coordinator'
"""
COORDINATOR = "select pid from batch_ops.workers where role = 'coordinator'"
IS_TO_PAUSE = "select from batch_ops.runs where pause_requested_at is not null"
NOBODY = f"""
select where not exists (
    select from pg_stat_activity
    where
        datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
        and application_name <> '{KEPT}'
)
"""
PAUSING = "pausing (Ctrl-C again stops at once) ..."


@pytest.fixture
def cli(dbt, database):
    return Cli(dbt)


@pytest.fixture
def held(cli, database):
    """Start a command with three workers, one of which waits for a locked row."""
    started = []

    def start(*arguments):
        gate = database.session(autocommit=False)
        session = gate.__enter__()
        started.append(gate)
        with session.cursor() as cursor:
            cursor.execute("select from account where id = 5050 for update")
        process = cli.start("run", *(arguments or ("add_credit", "--workers", "3")))
        worker = wait_for_row_lock(database)
        return process, session, worker

    yield start
    for gate in started:
        gate.__exit__(None, None, None)


def typed(said):
    """The command that a person was told to type."""
    (line,) = re.findall(r"^ *(dbt-batch-ops run .*)$", said, re.MULTILINE)
    return shlex.split(line)[1:]


def test_so_many_workers_as_asked_for_change_every_row_once(cli, database):
    with first_claims_together(database, 3):
        process = cli.start("run", "add_credit", "--workers", "3")
    result = process.wait()
    run = Run.newest(database)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 3
    assert run.value(DBT_WORKED) == 0
    assert (result.exit_code, result.errors) == (0, ""), str(result)
    assert "  3 workers\n" in result.output
    assert re.search(r"100 % +30,000 rows .* workers: [\d,k]+, [\d,k]+, [\d,k]+\n", result.output)


def test_the_spec_says_how_many_workers_there_are(cli, database):
    with first_claims_together(database, 4):
        process = cli.start("run", "add_credit_in_parallel")
    assert process.wait().exit_code == 0
    run = Run.newest(database)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 4


def test_one_worker_is_dbt_itself_whatever_the_spec_says(cli, database):
    result = cli.run("run", "add_credit_in_parallel", "--workers", "1")
    run = Run.newest(database)
    run.assert_exactly_once()
    assert run.value(WHO_WORKED) == 1
    assert "workers" not in result.output


def test_the_first_use_of_all_has_workers_as_well(cli, database):
    database.execute("drop schema batch_ops cascade")
    cli.run("run", "add_credit", "--workers", "2")
    Run.newest(database).assert_exactly_once()


def test_a_file_is_imported_by_several_workers(cli, database, tmp_path):
    file = tmp_path / "accounts.csv"
    file.write_text("id,credits,closed\n" + "".join(f"{n},1,false\n" for n in range(40_001, 42_001)))
    with first_claims_together(database, 2):
        process = cli.start("load", "add_accounts", str(file), "--workers", "2")
    result = process.wait()
    assert result.exit_code == 0, str(result)
    run = Run.newest(database)
    assert run.value(WHO_WORKED) == 2
    assert database.value("select count(*) from account where id > 40000 and credits = 1") == 2_000


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_number_that_makes_no_sense_is_a_wrong_call(cli, workers):
    result = cli.run("run", "add_credit", "--workers", workers, check=False)
    assert result.exit_code == 2
    assert "'--workers'" in result.errors


def test_a_run_that_is_one_transaction_has_one_worker(cli, database, project):
    spec = project.folder / "batch_operations" / "account.yml"
    project.write(
        "batch_operations/account.yml",
        spec.read_text().replace(
            "operation: add_credit\n", "operation: add_credit\n    error_handling: rollback_on_any_error\n"
        ),
    )
    project.generate()
    result = cli.run("run", "add_credit", "--workers", "2", check=False)
    assert result.exit_code == 1
    assert "'add_credit' is one transaction" in result.errors
    assert database.value("select count(*) from batch_ops.runs") == 0


def test_ctrl_c_pauses_all_workers_and_the_run_goes_on_later(cli, database, held):
    process, gate, _ = held()
    process.signal(signal.SIGINT, group=True)
    wait_for_rows(database, IS_TO_PAUSE, {}, "the run is asked to pause")
    gate.rollback()
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{PAUSING}\n")
    assert "Traceback" not in result.output
    run = Run.newest(database)
    assert run.status == "paused"
    run.assert_true()
    run.assert_figures()
    cli.run("run", "add_credit", "--workers", "3", "--args", f"{{operation_id: {run.id}}}")
    run.assert_exactly_once()


def test_a_second_ctrl_c_stops_at_once(cli, database):
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        terminal = cli.open_terminal("run", "add_credit", "--workers", "3")
        wait_for_row_lock(database)
        terminal.press(CTRL_C)
        wait_for_rows(database, IS_TO_PAUSE, {}, "the run is asked to pause")
        terminal.press(CTRL_C)
        assert terminal.wait() == 130, terminal.screen
    run = Run.newest(database)
    assert f"stopped; to go on with run {run.id}:" in terminal.screen
    assert "Traceback" not in terminal.screen
    wait_for_rows(database, NOBODY, {}, "no session is left")
    run.assert_true()
    cli.run(*typed(terminal.screen), "--workers", "2")
    run.assert_exactly_once()


def test_workers_end_when_dbt_is_killed(cli, database, held):
    process, gate, _ = held()
    run = Run.newest(database)
    terminate(database, database.value(COORDINATOR))
    gate.close()
    result = process.wait()
    assert result.exit_code == 1, str(result)
    wait_for_rows(database, NOBODY, {}, "no session is left")
    run.assert_true()
    if not run.is_closed:
        cli.run("run", "add_credit", "--workers", "2", "--args", f"{{operation_id: {run.id}}}")
    run.assert_exactly_once()


def test_dbt_does_the_rest_when_the_command_is_killed(database, held):
    process, gate, _ = held()
    process.signal(signal.SIGKILL)
    gate.close()
    run = Run.newest(database)
    wait_until(lambda: run.is_closed, "dbt has done the rest")
    run.assert_exactly_once()
    wait_for_rows(database, NOBODY, {}, "dbt has ended")


def test_a_worker_that_is_terminated_comes_back(database, held):
    process, gate, worker = held()
    terminate(database, worker)
    gate.rollback()
    result = process.wait()
    assert result.exit_code == 0, str(result)
    run = Run.newest(database)
    run.assert_exactly_once()
    assert run.value("select count(*) from batch_ops.workers where role = 'worker'") == 4


def test_what_a_worker_cannot_do_is_told_and_the_others_go_on(cli, database):
    database.execute("alter database test connection limit 5")
    with database.session(), database.session():
        result = cli.run("run", "add_credit", "--workers", "8", check=False)
    database.execute("alter database test connection limit -1")
    Run.newest(database).assert_exactly_once()
    assert result.exit_code == 0, str(result)


def test_a_command_that_goes_on_with_another_run_finds_it(cli, database, project, dbt):
    spec = project.folder / "batch_operations" / "account.yml"
    project.write(
        "batch_operations/account.yml",
        spec.read_text().replace(
            "operation: add_credit\n", "operation: add_credit\n    on_duplicate_run: resume\n"
        ),
    )
    project.generate()
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("select from account where id = 5050 for update")
        first = dbt.start_operation("add_credit")
        terminate(database, wait_for_row_lock(database))
        first.wait()
        run = Run.newest(database)
        process = cli.start("run", "add_credit", "--workers", "3")
        wait_for_row_lock(database)
        process.signal(signal.SIGINT)
        wait_for_rows(database, IS_TO_PAUSE, {}, "the run is asked to pause")
        gate.rollback()
        result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{PAUSING}\n")
    assert run.status == "paused"
    assert run.value(WHO_WORKED) > 1
    cli.run("run", "add_credit", "--workers", "3")
    run.assert_exactly_once()
