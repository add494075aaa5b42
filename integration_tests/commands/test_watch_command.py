"""``dbt-batch-ops watch``: what people and programs see of runs, at work or not."""

import json
import re
import shlex
import signal
from contextlib import contextmanager

import psycopg2
import pytest

from dbt_batch_ops.database import Server
from dbt_batch_ops.monitor.reading import Reader
from dbt_batch_ops.monitor.snapshot import Camera
from dbt_batch_ops.monitor.tally import Tallies
from support.commands.cli import Cli
from support.commands.dbt import Dbt
from support.commands.screen import lines, text
from support.commands.terminal import CTRL_C
from support.database.database import Database
from support.database.loopback import set_up
from support.database.roles import NAME as ROLE
from support.database.roles import worker_role
from support.database.sessions import kill_dbt, terminate, wait_for_rows
from support.engine.account_runs import Run
from support.monitoring.held_runs import (
    BATCH,
    CRATES,
    LONG,
    closed_gate,
    create_tables,
    picture,
    reader,
    shown,
    wait_at_gate,
    wait_for_the_rest,
)
from support.patience import wait_until

_WORKERS = "select pid from batch_ops.workers where role = 'worker' and ended_at is null order by pid"


@pytest.fixture
def crates(database):
    """Crates and barrels, and a gate in front of one of each."""
    create_tables(database)
    return database


@pytest.fixture
def cli(dbt, crates):
    return Cli(dbt)


@pytest.fixture
def held(dbt, crates):
    """Start operations and hold them in their second batch; they go on when the test ends."""
    with closed_gate(crates) as gate:

        def start(operation="pack_crates", sessions=1):
            process = dbt.start_operation(operation)
            wait_at_gate(crates, sessions)
            return process

        start.gate = gate
        yield start


def pictures(output):
    """The pictures that ``--json`` has printed."""
    return [json.loads(line) for line in output.splitlines()]


def commands(picture):
    """What a picture tells a person to type."""
    return [note["command"] for run in picture["runs"] for note in run["notes"] if note["command"]]


class TestLedger:
    def test_a_database_without_a_ledger_is_told_how_to_get_one(self, dbt, empty_database):
        result = Cli(dbt).run("watch", check=False)
        assert result.exit_code == 1
        assert "there is no ledger in database test" in result.errors
        assert "dbt run-operation dbt_batch_ops.install" in result.errors
        assert "Traceback" not in str(result)

    def test_an_older_ledger_is_told_how_to_bring_it_up_to_date(self, dbt, database):
        newest = database.value("select max(version) from batch_ops.migrations")
        database.execute("delete from batch_ops.migrations where version >= 5")
        result = Cli(dbt).run("watch", "--once", check=False)
        assert result.exit_code == 1
        assert "the ledger is of version 4, and this needs version 5" in result.errors
        assert "dbt run-operation dbt_batch_ops.install" in result.errors
        assert newest >= 5

    def test_a_role_that_may_not_read_it_is_told_what_to_ask_for(self, cli, crates, tmp_path):
        with worker_role(crates, tmp_path) as role:
            result = cli.start("watch", "--once", environment=role).wait()
            assert result.exit_code == 1
            grants = re.findall(r"^ *(GRANT .*;)$", result.errors, re.MULTILINE)
            crates.execute("".join(grants))
            assert "No run is at work." in cli.start("watch", "--once", environment=role).wait().output

    def test_a_role_that_may_only_read_sees_all_of_it(self, cli, crates, held, tmp_path):
        held()
        with worker_role(crates, tmp_path) as role:
            crates.execute(f"grant usage on schema batch_ops to {ROLE}")
            crates.execute(f"grant select on all tables in schema batch_ops to {ROLE}")
            result = cli.start("watch", "--once", "--json", environment=role).wait()
            (seen,) = pictures(result.output)
        (run,) = seen["runs"]
        assert (run["status"], run["records"], run["is_live"]) == ("running", BATCH, True)
        # It may not see what sessions of others do, but whom they wait for.
        assert run["workers"][0]["state"] is None
        assert run["lock_waits"][0]["blocking_pid"] == held.gate.info.backend_pid

    def test_its_sessions_can_change_nothing(self, crates):
        reading = reader(crates)
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction), reading.moment() as cursor:
            cursor.execute("create table x ()")
        with reading.moment() as cursor:
            cursor.execute("show statement_timeout")
            assert cursor.fetchone()["statement_timeout"] == "10s"
            cursor.execute("show application_name")
            assert cursor.fetchone()["application_name"] == "dbt-batch-ops watch"
        reading.close()

    def test_an_empty_ledger_has_nothing_to_show(self, cli):
        assert "No run is at work. Watching ..." in cli.run("watch", "--once").output
        (only,) = pictures(cli.run("watch", "--once", "--json").output)
        assert only["runs"] == only["others"] == []


class TestNamingARun:
    def test_an_unknown_run_is_answered_with_the_newest_ones(self, cli, dbt, crates):
        dbt.run_operation("pack_crates")
        result = cli.run("watch", "00000000-0000-0000-0000-000000000000", check=False)
        assert result.exit_code == 1
        assert "there is no run '00000000-0000-0000-0000-000000000000'; the newest ones are:" in result.errors
        assert Run.newest(crates).id in result.errors
        assert "completed" in result.errors

    @pytest.mark.parametrize("named", ["x", "'; drop table batch_ops.runs; --", "%", "____"])
    def test_what_is_no_id_is_no_run(self, cli, crates, named):
        result = cli.run("watch", named, check=False)
        assert (result.exit_code, result.errors) == (
            1,
            f"error: there is no run '{named}'; the ledger has none yet\n",
        )

    def test_the_first_characters_are_enough_where_they_are_one_runs(self, cli, dbt, crates):
        dbt.run_operation("pack_crates")
        run = Run.newest(crates)
        assert f"{run.id[:8]}  completed" in cli.run("watch", run.id[:8]).output
        crates.execute(
            """
            insert into batch_ops.runs
            select (jsonb_populate_record(runs, jsonb_build_object(
                'operation_id', left(operation_id::text, 9) || '0000-4000-8000-000000000000'
            ))).*
            from batch_ops.runs
            """
        )
        result = cli.run("watch", run.id[:8], check=False)
        assert result.exit_code == 1
        assert f"more than one run begins with '{run.id[:8]}'" in result.errors


class TestARunAtWork:
    def test_its_figures_are_those_of_the_ledger(self, cli, crates, held):
        held()
        seen = picture(crates)
        (run,) = seen["runs"]
        newest = Run.newest(crates)
        assert (run["operation_id"], run["operation"], run["status"]) == (newest.id, "pack_crates", "running")
        assert (run["records"], run["batches"], run["failed"], run["errors"]) == (BATCH, 1, 0, 0)
        assert run["total"] == CRATES
        assert run["share"] == pytest.approx(BATCH / CRATES)
        assert run["is_counted"]
        (worker,) = run["workers"]
        assert worker["pid"] == wait_at_gate(crates)[0]
        assert worker["claimed"][0] == 2
        assert worker["does"].startswith("batch 2")
        assert run["deadline_at"] is not None
        assert seen["others"] == []

    def test_a_person_sees_what_it_does_and_whom_it_waits_for(self, cli, crates, held):
        held()
        said_so = cli.run("watch", "--once", environment={"COLUMNS": "100"}).output
        run, (pid,) = Run.newest(crates), wait_at_gate(crates)
        assert re.search(rf"pack_crates  {run.id[:8]}  running", said_so)
        assert "100 of ~2,000 rows" in said_so
        assert "~5 %" in said_so
        assert "1 batch   0 rows failed   0 retries   deadline" in said_so
        assert re.search(rf"{pid}  batch 2( and \d+ claimed)?: waits for advisory lock", said_so)
        said = " ".join(said_so.split())
        assert re.search(rf"Process {pid} has waited .* held by process {held.gate.info.backend_pid} ", said)
        assert "gatekeeper" in said

    def test_what_it_says_to_type_ends_the_session_that_holds_it_up(self, cli, dbt, crates, held):
        process = held()
        (command,) = commands(picture(crates))
        assert command == f"select pg_terminate_backend({held.gate.info.backend_pid})"
        crates.execute(command)
        dbt.finish(process)
        assert crates.rows("select distinct packed from crate") == [(1,)]

    def test_steps_have_bars_and_long_names_have_room(self, cli, crates, held):
        held(LONG)
        seen = shown(crates, columns=80).splitlines()
        assert all(len(line) <= 80 for line in seen), seen
        (first,) = [line for line in seen if "1  pack_all_crates" in line]
        assert "~5 %" in first
        assert "100 rows" in first
        (second,) = [line for line in seen if "2  label_what" in line]
        assert "waits" in second
        (run,) = picture(crates)["runs"]
        # Each step is worth the same.
        assert run["share"] == pytest.approx(BATCH / CRATES / 2)

    def test_two_runs_at_once_are_both_there(self, cli, crates, held):
        held("pack_crates")
        held("fill_barrels", sessions=2)
        seen = picture(crates)
        assert {run["operation"] for run in seen["runs"]} == {"pack_crates", "fill_barrels"}
        assert [run["records"] for run in seen["runs"]] == [BATCH, BATCH]
        assert sorted(run["workers"][0]["pid"] for run in seen["runs"]) == wait_at_gate(crates, 2)
        assert "pack_crates" in shown(crates)
        assert "fill_barrels" in shown(crates)

    def test_eight_workers_have_a_line_each(self, cli, crates, held):
        set_up(crates)
        held("pack_crates_together")
        pids = [pid for (pid,) in wait_for_rows(crates, _WORKERS, {}, "eight workers came", count=8)]
        # The one that is held keeps all that it has claimed; the others do the rest.
        seen = cli.start("watch", "--once", environment={"COLUMNS": "80"}).wait().output.splitlines()
        assert all(len(line) <= 80 for line in seen), seen
        for pid in pids:
            assert sum(bool(re.match(rf" +{pid}  \S", line)) for line in seen) == 1, seen
        assert any("coordinates the workers" in line for line in seen)
        (run,) = picture(crates)["runs"]
        shown = {worker["pid"] for worker in run["workers"] if worker["role"] == "worker"}
        # One that was lost meanwhile has another in its place.
        assert shown >= set(pids) & {pid for (pid,) in crates.rows(_WORKERS)}

    def test_a_batch_that_is_tried_again_says_when_and_why(self, cli, dbt, crates):
        set_up(crates)
        crates.execute(
            """
            create function collide() returns trigger language plpgsql as $$
            begin
                raise exception 'two at once' using errcode = 'serialization_failure';
            end $$;
            create trigger collide before update on crate
            for each row when (new.id = 901) execute function collide();
            """
        )
        process = dbt.start_operation("pack_crates_together")
        wait_for_rows(
            crates,
            "select from batch_ops.batches where retry_at > clock_timestamp() + interval '3 seconds'",
            {},
            "a batch is tried again in a while",
        )
        seen = wait_until(
            lambda: [
                note for run in picture(crates)["runs"] for note in run["notes"] if "again" in note["text"]
            ],
            "a picture has a batch that is tried again",
        )
        assert re.search(r"Batch 10 is tried again (in .*|now), attempt \d+: two at once", seen[0]["text"])
        assert picture(crates)["runs"][0]["retries"] > 1
        crates.execute("drop trigger collide on crate")
        dbt.finish(process)

    def test_rows_that_failed_are_counted_and_the_newest_is_told(self, cli, crates, held):
        set_up(crates)
        crates.execute(
            "alter table crate add constraint unlucky check (id not in (1777, 1877) or packed = 0)"
        )
        held("pack_crates_together")
        left = BATCH * wait_for_the_rest(crates, *wait_at_gate(crates))
        (run,) = picture(crates)["runs"]
        assert (run["failed"], run["errors"], run["records"]) == (2, 2, CRATES - left - 2)
        assert run["failure"]["sqlstate"] == "23514"
        assert "unlucky" in run["failure"]["message"]
        # It counts as done: the rest is what is held.
        assert run["share"] == pytest.approx((CRATES - left) / CRATES)


class TestARunThatStopped:
    def test_one_that_was_killed_is_interrupted_and_says_how_to_go_on(self, cli, dbt, crates, held):
        process = held()
        (pid,) = wait_at_gate(crates)
        kill_dbt(process)
        terminate(crates, pid)
        seen = picture(crates)
        assert seen["runs"][0]["status"] == "interrupted"
        assert "Nobody works on it since" in shown(crates)
        held.gate.close()
        dbt.run(*shlex.split(commands(seen)[0])[1:])
        assert crates.rows("select distinct packed from crate") == [(1,)]
        assert picture(crates)["others"][0]["status"] == "completed"

    def test_one_that_is_paused_says_by_whom_and_how_to_go_on(self, cli, dbt, crates, held):
        process = held()
        run = Run.newest(crates)
        dbt.run_operation("dbt_batch_ops.pause", run.arguments)
        (note,) = [note for note in picture(crates, run.id)["runs"][0]["notes"] if "paused" in note["text"]]
        assert note["text"] == "postgres has paused it; workers end with their slice."
        held.gate.close()
        dbt.finish(process, check=False)
        result = cli.run("watch", run.id, check=False)
        assert result.exit_code == 1
        assert "Paused by postgres; to go on:" in result.output
        ((macro, arguments),) = re.findall(
            r"^ +dbt run-operation (\S+) --args '([^']*)'", result.output, re.M
        )
        assert "\n" in arguments
        dbt.run_operation(macro, arguments)
        assert cli.run("watch", run.id).exit_code == 0

    def test_one_that_failed_says_why(self, cli, dbt, crates):
        crates.execute("alter table crate add constraint no_sevens check (id <> 777 or packed = 0)")
        dbt.run_operation("pack_crates", check=False)
        run = Run.newest(crates)
        result = cli.run("watch", run.id, check=False)
        assert result.exit_code == 1
        assert "failed" in result.output
        assert 'violates check constraint "no_sevens"' in " ".join(result.output.split())
        assert f"resume --args '{{operation_id: {run.id}}}'" in " ".join(result.output.split())

    def test_watching_one_run_ends_when_it_does(self, cli, dbt, crates, held):
        process = held()
        run = Run.newest(crates)
        watching = cli.start("watch", run.id, "--json", "--interval", "0.1")
        watching.wait_for('"status": "running"')
        held.gate.close()
        dbt.finish(process)
        result = watching.wait()
        assert result.exit_code == 0, str(result)
        seen = pictures(result.output)
        assert seen[0]["runs"][0]["status"] == "running"
        assert (seen[-1]["runs"][0]["status"], seen[-1]["runs"][0]["records"]) == ("completed", CRATES)
        assert result.errors == ""

    def test_watching_a_run_that_is_killed_ends_after_a_heartbeat(self, cli, crates, held):
        process = held()
        run, (pid,) = Run.newest(crates), wait_at_gate(crates)
        run.execute(
            "update batch_ops.runs set heartbeat_interval = interval '0.3 s' where operation_id = %(run)s"
        )
        watching = cli.start("watch", run.id, "--interval", "0.1")
        watching.wait_for("running")
        kill_dbt(process)
        terminate(crates, pid)
        result = watching.wait()
        assert result.exit_code == 1
        assert "interrupted" in result.output


def _a_line_each(terminal):
    """The lines of a terminal, if each of both runs has one, and no more than that."""
    seen = lines(terminal)
    runs = [line for line in seen if "pack_crates_together" in line or "fill_barrels" in line]
    return seen if len(runs) == 2 and not any("process" in line or "────" in line for line in seen) else []


class TestTerminal:
    def test_it_is_live_and_ends_on_ctrl_c(self, cli, dbt, crates, held):
        process = held()
        run = Run.newest(crates)
        terminal = cli.open_terminal("watch", size=(80, 30))
        terminal.wait_for(run.id[:8])
        wait_until(lambda: "100 of ~2,000 rows" in text(terminal), "the run is on the screen")
        held.gate.close()
        dbt.finish(process)
        wait_until(lambda: re.search(rf"{run.id[:8]}  pack_crates +completed", text(terminal)), "it is done")
        assert "No run is at work." in text(terminal)
        terminal.press(CTRL_C)
        assert terminal.wait() == 130
        assert "Traceback" not in terminal.screen
        # The other screen is gone, the cursor is there, and what was seen last stays.
        after = terminal.screen.rpartition("\x1b[?1049l")[2]
        assert "\x1b[?25h" in terminal.screen
        assert "pack_crates" in after

    def test_a_small_window_shows_less_and_a_large_one_all(self, cli, crates, held):
        set_up(crates)
        held("pack_crates_together")
        held("fill_barrels", sessions=2)
        wait_for_rows(crates, _WORKERS, {}, "all workers came", count=9)
        terminal = cli.open_terminal("watch", size=(80, 28))
        wait_until(lambda: "8 workers" in text(terminal), "workers are summed up")
        assert "fill_barrels" in text(terminal)
        terminal.resize(100, 60)
        wait_until(lambda: "coordinates the workers" in text(terminal), "each worker has a line")
        terminal.resize(80, 12)
        seen = wait_until(lambda: _a_line_each(terminal), "each run has a line")
        assert all(len(line) <= 80 for line in seen)
        terminal.press(CTRL_C)
        assert terminal.wait() == 130

    def test_what_is_no_terminal_gets_plain_pictures_one_after_another(self, cli, crates, held):
        held()
        process = cli.start("watch", "--interval", "0.1")
        wait_until(lambda: process.output.count("pack_crates  ") >= 3, "three pictures")
        process.signal(signal.SIGINT)
        result = process.wait()
        assert result.exit_code == 130
        assert "\x1b" not in result.output
        assert result.errors == ""

    def test_a_program_that_stops_reading_ends_it_quietly(self, cli, crates, held):
        held()
        process = cli.start(
            "watch", "--json", "--interval", "0.1", program=["sh", "-c", '"$@" | head -n 1', "sh"]
        )
        result = process.wait()
        assert len(pictures(result.output)) == 1
        assert "Traceback" not in result.errors


class TestAway:
    def test_a_session_that_is_ended_is_opened_anew(self, cli, crates, held):
        held()
        process = cli.start("watch", "--interval", "0.1")
        process.wait_for("pack_crates")
        watching = "select pid from pg_stat_activity where application_name = 'dbt-batch-ops watch'"
        ((pid,),) = wait_for_rows(crates, watching, {}, "it is connected")
        terminate(crates, pid)
        process.wait_for("connection lost")
        ((other,),) = wait_for_rows(crates, watching, {}, "it is connected again")
        assert other != pid
        seen = process.output.count("connection lost")
        wait_until(
            lambda: process.output.rpartition("connection lost")[2].count("pack_crates  ") >= 3, "it goes on"
        )
        assert process.output.count("connection lost") <= seen + 1
        process.signal(signal.SIGINT)
        assert process.wait().exit_code == 130

    def test_a_server_that_is_restarted_is_waited_for(self, shared_project, tmp_path):
        with Server() as server:
            database = Database(server.connection)
            database.recreate()
            dbt = Dbt(
                shared_project.folder, {**database.connection.environment, "DBT_TARGET_PATH": str(tmp_path)}
            )
            dbt.run_operation("dbt_batch_ops.install")
            process = Cli(dbt).start("watch", "--interval", "0.1")
            process.wait_for("No run is at work")
            server.stop(immediately=True)
            process.wait_for("connection lost")
            process.wait_for("trying again")
            server.start()
            lost = process.output.count("connection lost")
            wait_until(
                lambda: process.output.rpartition("trying again")[2].count("No run is at work") >= 2,
                "it goes on",
            )
            assert lost > 0
            process.signal(signal.SIGINT)
            result = process.wait()
        assert result.exit_code == 130
        assert "Traceback" not in str(result)


_MANY = 50_000
_LARGE_RUN = """
with run as (
    insert into batch_ops.runs (
        operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
        package_version, claim_timeout
    )
    values (
        gen_random_uuid(), 'pack_many', '"test"."public"."crate"', 'running', '{}', 'x', 'x', '0', '0', '30 s'
    )
    returning operation_id
), step as (
    insert into batch_ops.steps (
        operation_id, step_number, name, operation_type, status, key_columns, batch_size, asynchronous_commit,
        plan, total_records, total_is_exact, turn
    )
    select operation_id, 1, 'pack_many', 'update', 'running', '{id}', 10, true, '{}', %(many)s * 20, true, 1
    from run
)
insert into batch_ops.workers (operation_id, pid, backend_start)
select operation_id, pid, backend_start from run cross join pg_stat_activity where pid = %(pid)s
returning operation_id, worker_id
"""
_MORE_BATCHES = """
insert into batch_ops.batches (
    operation_id, step_number, batch_number, status, worker_id, range_hi, records, failed_records, started_at,
    completed_at
)
select
    %(run)s, 1, n, case when n > %(last)s - 16 then 'claimed' else 'completed' end, %(worker)s,
    to_jsonb(array[n * 10]), case when n > %(last)s - 16 then null else 10 end, 0,
    case when n > %(last)s - 16 then null else clock_timestamp() end,
    case when n > %(last)s - 16 then null else clock_timestamp() end
from generate_series(%(first)s, %(last)s) as n
"""
_DO_BATCHES = """
update batch_ops.batches set status = 'completed', records = 10, completed_at = clock_timestamp()
where status = 'claimed'
"""
_READ = """
select coalesce(seq_scan, 0) as scans, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows
from pg_stat_xact_user_tables
where relid = 'batch_ops.batches'::regclass
"""


class CountingReader(Reader):
    """Notes how many rows of the batches each look has read."""

    def __init__(self, database):
        super().__init__(
            lambda: psycopg2.connect(database.connection.url), "watch", seconds=60, uses_indexes=True
        )
        self.read = []

    @contextmanager
    def moment(self):
        with super().moment() as cursor:
            yield cursor
            cursor.execute(_READ)
            self.read.append(dict(cursor.fetchone()))
            # What was counted is handed on now and then only, and until then counted on.
            cursor.execute("select pg_stat_force_next_flush()")


class TestLargeRuns:
    @pytest.fixture
    def large(self, crates):
        """A run of many batches that a session works on: its id, the worker, and a reader that counts."""
        with crates.session() as session, session.cursor() as cursor:
            cursor.execute(_LARGE_RUN, {"many": _MANY, "pid": session.info.backend_pid})
            run, worker = cursor.fetchone()
            more(crates, run, worker, 1, _MANY)
            reading = CountingReader(crates)
            yield run, worker, reading
            reading.close()

    def test_batches_are_counted_once_and_never_by_reading_the_table(self, crates, large):
        run, worker, reading = large
        camera, last = Camera(reading), _MANY
        for look in range(5):
            (seen,) = camera.take().runs
            done = crates.row(
                "select count(*), sum(records) from batch_ops.batches where status = 'completed'"
            )
            assert (seen.batches, seen.records) == done
            assert seen.is_counted
            assert seen.workers[0].claimed == tuple(range(last - 15, last + 1))
            assert reading.read[-1]["scans"] == 0
            if look:
                # The newest thousand tell the speed; what is new, and what was not done, is counted.
                assert reading.read[-1]["rows"] < 1_300
            crates.execute(_DO_BATCHES)
            more(crates, run, worker, last + 1, last + 100)
            last += 100
        assert reading.read[0]["rows"] >= _MANY

    def test_what_was_done_and_is_tried_again_is_counted_anew(self, crates, large):
        _run, _worker, reading = large
        camera = Camera(reading)
        (before,) = camera.take().runs
        crates.execute(
            """
            insert into batch_ops.controls (operation_id, action)
            select operation_id, 'retry_failed' from batch_ops.runs;
            update batch_ops.batches set status = 'released', records = 4, retry_at = now()
            where batch_number = 7
            """
        )
        (after,) = camera.take().runs
        assert (after.batches, after.records) == (before.batches - 1, before.records - 6)

    def test_what_cannot_be_counted_at_once_is_counted_bit_by_bit(self, crates, large):
        _run, _worker, reading = large
        camera = Camera(reading)
        camera._tallies = Tallies(most_at_once=20_000)
        seen = [camera.take().runs[0] for _ in range(4)]
        assert [one.batches for one in seen] == [20_000, 40_000, _MANY - 16, _MANY - 16]
        assert [one.is_counted for one in seen] == [False, False, True, True]
        assert [one.seconds_left is None for one in seen][:2] == [True, True]
        assert max(read["rows"] for read in reading.read) < 22_000


def more(database, run, worker, first, last):
    """Add batches to a run, all done but the last ones."""
    database.execute(_MORE_BATCHES, {"run": run, "worker": worker, "first": first, "last": last})
