"""``dbt-batch-ops run``: dbt does the work, and Ctrl-C pauses the run."""

import json
import re
import shlex
import signal
from contextlib import contextmanager

import pytest

from dbt_batch_ops.dbt_host.program import SETTING
from support.commands.cli import Cli
from support.commands.dbt_process import host, hosted_commands
from support.commands.terminal import CTRL_C
from support.database.database import KEPT
from support.database.sessions import terminate, wait_for_rows, wait_for_table_lock
from support.engine.account_runs import Run
from support.patience import wait_until

SPEC = """
name: parcel
fields:
  id: bigint
  label: text
  weight: integer
patterns:
  - name: batch_operations
    operation: weigh_parcels
    operation_type: update
    update_data:
      weight: {sql: "weight + 1"}
    batch_size: 100

  - name: batch_operations
    operation: weigh_parcels_again
    operation_type: update
    update_data:
      weight: {sql: "weight + 1"}
    on_duplicate_run: resume
    batch_size: 100

  - name: batch_operations
    operation: weigh_parcels_at_once
    operation_type: update
    update_data:
      weight: {sql: "weight + 1"}
    error_handling: rollback_on_any_error
    batch_size: 100

  - name: batch_operations
    operation: label_parcels
    operation_type: update
    update_data:
      label: :label
    where_condition: id <= :most
    parameters:
      most: {type: bigint}
    batch_size: 100
"""
_GATE = 4711
_WAITS_AT_GATE = "select pid from pg_locks where locktype = 'advisory' and objid = %(gate)s and not granted"
_WAITS_FOR_LOCK = "select from pg_stat_activity where wait_event_type = 'Lock'"
_IS_ALONE = """
select where not exists (
    select from pg_stat_activity
    where
        datname = current_database()
        and backend_type = 'client backend'
        and pid <> pg_backend_pid()
        and application_name <> %(kept)s
)
"""
_IS_TO_PAUSE = "select from batch_ops.runs where pause_requested_at is not null"
# So short that the slice in which a test holds the gate is over when it opens.
_SHORT_SLICES = ("--vars", "{batch_ops_slice_seconds: 0.01}")
_PAUSING = "pausing (Ctrl-C again stops at once) ..."


@pytest.fixture
def parcels(database, project):
    """A table of 2,000 parcels that weigh nothing, and a gate at the one with id 150."""
    project.write("batch_operations/weighed_parcel.yml", SPEC)
    project.generate()
    database.execute(
        f"""
        create table parcel (id bigint primary key, label text, weight integer not null);
        insert into parcel select n, 'x', 0 from generate_series(1, 2000) as n;
        create function wait() returns trigger language plpgsql as $$
        begin
            perform pg_advisory_xact_lock_shared({_GATE});
            return new;
        end $$;
        create trigger wait before update on parcel for each row when (new.id = 150) execute function wait();
        """
    )
    return database


@pytest.fixture
def cli(dbt, parcels):
    return Cli(dbt)


@pytest.fixture
def cold_cli(dbt, parcels):
    """The command with a dbt that it starts itself, as users have it."""
    return Cli(dbt, is_cold=True)


@contextmanager
def closed_gate(database):
    """Hold a run in its second batch."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [_GATE])
        yield


def wait_at_gate(database):
    """Wait until a run is held, and return the process id of its session."""
    ((pid,),) = wait_for_rows(database, _WAITS_AT_GATE, {"gate": _GATE}, "a run is held in its second batch")
    return pid


def wait_for_pause(database):
    wait_for_rows(database, _IS_TO_PAUSE, {}, "the run is asked to pause")


def wait_until_alone(database):
    """Wait until the sessions of a dbt that was ended are gone, and what they had begun with them."""
    wait_for_rows(database, _IS_ALONE, {"kept": KEPT}, "no other session is left")


def go_on(cli, dbt, said):
    """Type the first command that a person was told to type."""
    command = re.findall(r"dbt(?:-batch-ops run| run-operation) \w+ --args '{operation_id: .*", said)[0]
    program, *words = shlex.split(command)
    return (dbt if program == "dbt" else cli).run(*words)


def assert_weighed_once(database):
    """Every parcel was weighed, and none of them twice; it took one run."""
    assert database.rows("select weight, count(*) from parcel group by weight") == [(1, 2000)]
    assert database.rows("select status from batch_ops.runs") == [("completed",)]


def test_an_operation_is_run_as_dbt_runs_it(cold_cli, parcels):
    result = cold_cli.run("run", "label_parcels", "--args", "{label: größer, most: 50}")
    assert f"label_parcels, run {Run.newest(parcels).id}" in result.output
    assert "completed: 50 rows in" in result.output
    assert result.errors == ""
    assert parcels.value("select count(*) from parcel where label = 'größer'") == 50


def test_what_fails_has_the_exit_code_of_dbt(cold_cli, cli, dbt, parcels):
    parcels.execute("alter table parcel add check (weight = 0 or id < 300)")
    result = cold_cli.run("run", "weigh_parcels", check=False)
    assert result.exit_code == 1
    assert f"Run {Run.newest(parcels).id} of weigh_parcels failed" in result.output
    assert result.errors == ""
    parcels.execute("alter table parcel drop constraint parcel_check")
    go_on(cli, dbt, result.output)
    assert_weighed_once(parcels)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (
            ["weigh_parcel"],
            1,
            "no operation 'weigh_parcel' in batch_operations/; did you mean 'weigh_parcels",
        ),
        (["weigh_parcels", "--args", "[1]"], 1, "--args must name arguments"),
        (["weigh_parcels", "--args", "{a: "], 1, "--args is neither YAML nor JSON"),
        (["weigh_parcels", "--project-dir", "macros"], 1, "no dbt project here"),
        (["weigh_parcels", "--args", "{operation_id: 7}"], 1, "operation_id 7 is not the id of a run"),
        (["weigh_parcels", "--target", "x"], 2, "does not have a target named 'x'"),
        ([], 2, "Missing argument 'OPERATION'"),
    ],
)
def test_a_wrong_call_is_explained(cli, parcels, arguments, exit_code, message):
    result = cli.run("run", *arguments, check=False)
    assert result.exit_code == exit_code, str(result)
    assert message in result.output + result.errors
    assert "Traceback" not in result.output + result.errors
    assert parcels.value("select count(*) from batch_ops.runs") == 0


@pytest.fixture
def other_dbt(tmp_path):
    """A program that says that it is another dbt, in a folder with a space in its name."""
    program = tmp_path / "other dbt"
    program.write_text(f'#!/bin/sh\necho "the other dbt: $1 $2"\nexec {host().program} "$@"\n')
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("form", ["{}", "'{}'", "sh '{}'"], ids=["path", "word", "command line"])
def test_the_program_that_is_dbt_is_for_the_user_to_name(cli, parcels, other_dbt, form):
    chosen = {SETTING: form.format(other_dbt)}
    result = cli.run("run", "label_parcels", "--args", "{label: x, most: 50}", environment=chosen)
    assert "the other dbt: run-operation label_parcels\n" in result.output
    assert "completed: 50 rows in" in result.output
    assert result.errors == ""


def test_a_named_dbt_is_paused_like_any_other(cli, dbt, parcels, other_dbt):
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels", *_SHORT_SLICES, environment={SETTING: str(other_dbt)})
        wait_at_gate(parcels)
        process.signal(signal.SIGINT)
        wait_for_pause(parcels)
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\n")
    go_on(cli, dbt, result.output)
    assert_weighed_once(parcels)


def test_a_second_ctrl_c_ends_a_named_dbt_behind_a_wrapper(cli, dbt, parcels, other_dbt):
    other_dbt.write_text(other_dbt.read_text().replace("exec ", "") + "exit $?\n")
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels", environment={SETTING: str(other_dbt)})
        wait_at_gate(parcels)
        process.signal(signal.SIGINT)
        wait_for_pause(parcels)
        process.signal(signal.SIGINT)
        result = process.wait()
        wait_until(lambda: not hosted_commands(), "dbt is gone")
    assert "operation_id" not in process.output, "dbt worked on, and said how to go on"
    assert result.exit_code == 130, str(result)
    assert f"stopped; to go on with run {Run.newest(parcels).id}:" in result.errors
    wait_until_alone(parcels)
    go_on(cli, dbt, result.errors)
    assert_weighed_once(parcels)


def test_scenarios_are_tried_with_the_named_dbt(cli, other_dbt):
    words = ("test", "batch_operations/weighed_parcel.yml", "-k", "label_parcels", "--heading", "progress")
    result = cli.start(*words, environment={SETTING: str(other_dbt)}).wait(900)
    assert result.exit_code == 0, str(result)
    other_dbt.write_text("#!/bin/sh\necho it is broken\nexit 1\n")
    result = cli.start(*words, environment={SETTING: str(other_dbt)}).wait(900)
    assert result.exit_code == 1, str(result)
    assert result.errors == "error: the ledger could not be installed:\nit is broken\n"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("/no/such/dbt", "names the program '/no/such/dbt', which is not there"),
        ("no-such-dbt --quiet", "names the program 'no-such-dbt', which is not there"),
        ("'{}", "is no command line (No closing quotation): '"),
        ("{}.txt", "other dbt.txt', which cannot be executed"),
        ("{}.bin", "other dbt.bin' cannot be executed: Exec format error"),
    ],
)
def test_a_program_that_is_none_is_refused(cli, parcels, other_dbt, form, message):
    other_dbt.with_suffix(".txt").write_text("no program")
    other_dbt.with_suffix(".bin").write_text("no program")
    other_dbt.with_suffix(".bin").chmod(0o755)
    result = cli.run("run", "weigh_parcels", check=False, environment={SETTING: form.format(other_dbt)})
    assert result.exit_code == 1
    assert message in result.errors, str(result)
    assert f"export {SETTING}=/opt/dbt/bin/dbt" in result.errors
    assert "Traceback" not in result.errors
    assert parcels.value("select count(*) from batch_ops.runs") == 0


def test_standard_input_is_left_to_whoever_reads_it_next(cli):
    process = cli.start("run", "weigh_parcels", program=["sh", "-c", '"$@"; cat', "sh"])
    process.send(b"for the next one")
    assert process.wait().output.endswith("for the next one")


@pytest.mark.parametrize(
    ("number", "group"),
    [(signal.SIGINT, False), (signal.SIGINT, True), (signal.SIGTERM, False), (signal.SIGHUP, False)],
    ids=["SIGINT", "SIGINT for all", "SIGTERM", "SIGHUP"],
)
def test_a_signal_pauses_the_run(cli, dbt, parcels, number, group):
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels", *_SHORT_SLICES)
        wait_at_gate(parcels)
        process.signal(number, group=group)
        wait_for_pause(parcels)
    result = process.wait()
    assert result.exit_code == 130, str(result)
    assert result.errors == f"{_PAUSING}\n"
    assert "Traceback" not in result.output
    assert Run.newest(parcels).status == "paused"
    assert 0 < Run.newest(parcels).batch_count < 20
    go_on(cli, dbt, result.output)
    assert_weighed_once(parcels)


def test_ctrl_c_in_a_terminal_pauses_the_run(cold_cli, cli, dbt, parcels):
    with closed_gate(parcels):
        terminal = cold_cli.open_terminal("run", "weigh_parcels", *_SHORT_SLICES)
        wait_at_gate(parcels)
        terminal.press(CTRL_C)
        wait_for_pause(parcels)
    assert terminal.wait() == 130, terminal.screen
    assert _PAUSING in terminal.screen
    assert "Traceback" not in terminal.screen
    assert Run.newest(parcels).status == "paused"
    go_on(cli, dbt, terminal.screen)
    assert_weighed_once(parcels)


def test_a_terminal_that_is_closed_pauses_the_run(cli, dbt, parcels):
    with closed_gate(parcels):
        terminal = cli.open_terminal("run", "weigh_parcels", *_SHORT_SLICES)
        wait_at_gate(parcels)
        terminal.close()
        wait_for_pause(parcels)
    assert terminal.wait() == 130
    run = Run.newest(parcels)
    assert run.status == "paused"
    dbt.run_operation("weigh_parcels", run.arguments)
    assert_weighed_once(parcels)


def test_a_second_ctrl_c_ends_dbt_at_once(cli, dbt, parcels):
    with closed_gate(parcels):
        terminal = cli.open_terminal("run", "weigh_parcels")
        wait_at_gate(parcels)
        terminal.press(CTRL_C)
        wait_for_pause(parcels)
        terminal.press(CTRL_C)
        assert terminal.wait() == 130, terminal.screen
    assert f"stopped; to go on with run {Run.newest(parcels).id}:" in terminal.screen
    assert "Traceback" not in terminal.screen
    wait_until_alone(parcels)
    go_on(cli, dbt, terminal.screen)
    assert_weighed_once(parcels)


def test_what_others_send_twice_is_no_second_ctrl_c(cli, parcels):
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels", *_SHORT_SLICES)
        wait_at_gate(parcels)
        process.signal(signal.SIGTERM)
        process.wait_for(_PAUSING)
        process.signal(signal.SIGTERM)
        process.signal(signal.SIGHUP)
        wait_for_pause(parcels)
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\n")
    assert Run.newest(parcels).status == "paused"


def test_ctrl_c_before_there_is_a_run_ends_dbt(cli, parcels):
    with parcels.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute("lock table parcel in access exclusive mode")
        process = cli.start("run", "weigh_parcels")
        wait_for_table_lock(parcels, "parcel")
        process.signal(signal.SIGINT, group=True)
        result = process.wait()
    assert result.exit_code == 130, str(result)
    assert result.errors == f"{_PAUSING}\nstopped; nothing was changed\n"
    assert "Traceback" not in result.output
    wait_until_alone(parcels)
    assert parcels.value("select count(*) from batch_ops.runs") == 0


def test_ctrl_c_on_the_first_use_of_all_leaves_nothing(cli, parcels):
    parcels.execute("drop schema batch_ops cascade")
    with parcels.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('batch_ops.install', 0))")
        process = cli.start("run", "weigh_parcels")
        wait_for_rows(parcels, _WAITS_FOR_LOCK, {}, "dbt waits to install the ledger")
        process.signal(signal.SIGINT)
        result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\nstopped; nothing was changed\n")
    wait_until_alone(parcels)
    cli.run("run", "weigh_parcels")
    assert_weighed_once(parcels)


def stop_in_second_batch(dbt, database, operation, arguments=None):
    """Run an operation, end its session in its second batch, and return the run."""
    with closed_gate(database):
        process = dbt.start_operation(operation, arguments)
        session = wait_at_gate(database)
        terminate(database, session)
        process.wait()
    return Run.newest(database)


def test_ctrl_c_before_a_run_goes_on_says_how_to_go_on(cli, dbt, parcels):
    run = stop_in_second_batch(dbt, parcels, "weigh_parcels")
    with parcels.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute("select from batch_ops.runs for update")
        process = cli.start("run", "weigh_parcels", "--args", f"{{operation_id: {run.id}}}")
        wait_for_rows(parcels, _WAITS_FOR_LOCK, {}, "dbt wants to go on with the run")
        process.signal(signal.SIGINT)
        result = process.wait()
    assert result.exit_code == 130, str(result)
    assert f"stopped; to go on with run {run.id}:" in result.errors
    wait_until_alone(parcels)
    go_on(cli, dbt, result.errors)
    assert_weighed_once(parcels)


def test_a_run_that_goes_on_is_paused_again(cli, dbt, parcels):
    run = stop_in_second_batch(dbt, parcels, "weigh_parcels")
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels", "--args", f"{{operation_id: {run.id}}}", *_SHORT_SLICES)
        wait_at_gate(parcels)
        process.signal(signal.SIGINT)
        wait_for_pause(parcels)
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\n")
    assert run.status == "paused"
    go_on(cli, dbt, result.output)
    assert_weighed_once(parcels)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [("weigh_parcels_again", {}), ("weigh_parcels", {"idempotency_key": "may"})],
    ids=["on_duplicate_run", "idempotency_key"],
)
def test_a_run_that_a_command_went_on_with_by_itself_is_paused_as_well(
    cli, dbt, parcels, operation, arguments
):
    run = stop_in_second_batch(dbt, parcels, operation, arguments)
    command = ["run", operation, "--args", json.dumps(arguments)]
    with closed_gate(parcels):
        process = cli.start(*command, *_SHORT_SLICES)
        wait_at_gate(parcels)
        process.signal(signal.SIGINT)
        wait_for_pause(parcels)
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\n")
    assert run.status == "paused"
    cli.run(*command)
    assert_weighed_once(parcels)


def test_a_run_that_is_one_transaction_pauses_with_nothing_changed(cli, dbt, parcels):
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels_at_once", *_SHORT_SLICES)
        wait_at_gate(parcels)
        process.signal(signal.SIGINT)
        wait_for_pause(parcels)
    result = process.wait()
    assert (result.exit_code, result.errors) == (130, f"{_PAUSING}\n")
    assert Run.newest(parcels).status == "paused"
    assert parcels.value("select sum(weight) from parcel") == 0
    go_on(cli, dbt, result.output)
    assert_weighed_once(parcels)


def test_a_run_that_cannot_be_asked_is_stopped(cli, dbt, parcels):
    with closed_gate(parcels):
        process = cli.start("run", "weigh_parcels")
        wait_at_gate(parcels)
        parcels.execute("alter function batch_ops.pause(uuid) rename to paws")
        process.signal(signal.SIGTERM)
        result = process.wait()
    assert result.exit_code == 130, str(result)
    assert "the run cannot be asked to pause: function batch_ops.pause(uuid) does not exist" in result.errors
    assert f"stopped; to go on with run {Run.newest(parcels).id}:" in result.errors
    parcels.execute("alter function batch_ops.paws(uuid) rename to pause")
    wait_until_alone(parcels)
    go_on(cli, dbt, result.errors)
    assert_weighed_once(parcels)
