"""The launcher of private servers, on every PostgreSQL that there is."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
import pytest

from dbt_batch_ops.database import Binaries, Connection, DatabaseError, Server, find_binaries, open_database
from dbt_batch_ops.database import account as account_module
from dbt_batch_ops.database.account import Account
from support.patience import wait_until

FAST = {"fsync": "off"}


def _is_there(origin):
    try:
        find_binaries(origin)
    except DatabaseError:
        return False
    return True


ORIGINS = [origin for origin in ("embedded", "machine") if _is_there(origin)]


@pytest.fixture(params=ORIGINS)
def binaries(request):
    return find_binaries(request.param)


def query(connection, sql):
    session = psycopg2.connect(connection.url)
    try:
        with session, session.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        session.close()


def is_alive(pid):
    """A zombie counts as dead: the server of a killed program may have nobody who reaps it."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def test_a_server_starts_answers_and_leaves_nothing_behind(binaries):
    with Server(binaries=binaries, settings=FAST) as server:
        version = int(query(server.connection, "show server_version_num"))
        assert version // 10000 == binaries.version
        folder, pid = server.log.parent, server.pid
        assert folder.is_dir()
    assert not folder.exists()
    assert not is_alive(pid)


def test_a_password_is_needed(binaries):
    with Server(binaries=binaries, settings=FAST) as server:
        url = server.connection.url.replace(server.connection.password, "wrong")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(url)


@pytest.mark.parametrize("extension", ["dblink", "postgres_fdw", "pgstattuple"])
def test_the_embedded_server_has_the_extensions_that_the_engine_may_use(extension):
    with Server(binaries=find_binaries("embedded"), settings=FAST) as server:
        query(server.connection, f"create extension {extension}")


@pytest.mark.parametrize("way_down", ["stop", "crash", "kill"])
def test_committed_data_is_back_after_a_restart_on_the_same_port(binaries, way_down):
    with Server(binaries=binaries) as server:
        query(server.connection, "create table kept as select 7 as n")
        before = server.connection
        if way_down == "kill":
            server.kill()
        else:
            server.stop(immediately=way_down == "crash")
        assert server.pid is None
        server.start()
        assert server.connection == before
        assert query(before, "select n from kept") == 7


def test_settings_reach_the_server_also_those_with_quotes():
    settings = {"work_mem": "7MB", "cluster_name": "it's mine", "max_connections": "17"}
    with Server(settings=FAST | settings) as server:
        for name, value in settings.items():
            assert query(server.connection, f"show {name}") == value


def test_a_setting_that_the_server_refuses_is_reported_with_its_words():
    server = Server(settings={"no_such_setting": "1"})
    with pytest.raises(DatabaseError, match='unrecognized configuration parameter "no_such_setting"'), server:
        pass
    assert not server.log.parent.exists()


PARENT = """
import sys, time
from pathlib import Path
from dbt_batch_ops.database import Server
server = Server(Path(sys.argv[1]) if len(sys.argv) > 1 else None, settings={"fsync": "off"})
server.start()
print(server.pid, server.log.parent, flush=True)
time.sleep(600)
"""


@pytest.fixture
def parent(tmp_path):
    """Start a program that holds a server; gives the program, its server's process and folder."""
    programs = []

    def start(*arguments):
        program = subprocess.Popen(
            [sys.executable, "-c", PARENT, *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        programs.append(program)
        pid, _, folder = program.stdout.readline().strip().partition(" ")
        return program, int(pid), Path(folder)

    yield start
    for program in programs:
        program.kill()
        program.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_the_server_ends_with_the_program_that_started_it(parent, number):
    program, pid, folder = parent()
    program.send_signal(number)
    program.wait()
    wait_until(lambda: not is_alive(pid), "the server is gone")
    wait_until(lambda: not folder.exists(), "its folder is gone")


def test_a_leftover_server_is_stopped_by_the_next_start(parent, reachable_folder):
    program, pid, folder = parent(reachable_folder)
    _kill_lifeline_of(program)
    program.kill()
    program.wait()
    assert is_alive(pid)
    with Server(reachable_folder, settings=FAST) as server:
        assert server.log.parent == folder
        assert not is_alive(pid)
        assert query(server.connection, "select 1") == 1


def test_a_new_server_in_the_folder_of_a_killed_program_is_spared_by_its_clean_up(parent, reachable_folder):
    program, pid, _ = parent(reachable_folder)
    program.kill()
    program.wait()
    with Server(reachable_folder, settings=FAST) as server:
        wait_until(lambda: not is_alive(pid), "the server is gone")
        wait_until(lambda: len(list(reachable_folder.glob("server-*"))) == 1, "one folder is left")
        query(server.connection, "create table t as select 1")
        server.stop()
        server.start()
        assert query(server.connection, "select count(*) from t") == 1


def test_a_folder_in_use_by_another_program_is_refused_with_its_process(parent, reachable_folder):
    program, pid, folder = parent(reachable_folder)
    with pytest.raises(DatabaseError, match=f"{folder} is in use by process {program.pid}"):
        Server(reachable_folder)
    assert is_alive(pid)


def test_a_second_server_in_the_same_folder_starts_afresh(reachable_folder):
    with Server(reachable_folder, settings=FAST) as server:
        query(server.connection, "create table old as select 1")
    with Server(reachable_folder, settings=FAST) as server:
        assert query(server.connection, "select to_regclass('old') is null")
        assert server.log.parent == reachable_folder.resolve()
    assert sorted(path.name for path in reachable_folder.iterdir()) == ["lock", "server.log"]


def _kill_lifeline_of(program):
    """Kill the shell that would stop the server when the program ends: then only the next start can."""
    listing = subprocess.run(["ps", "-Ao", "ppid=,pid=,comm="], capture_output=True, text=True).stdout
    rows = [line.split(maxsplit=2) for line in listing.splitlines()]
    shells = [int(pid) for parent, pid, name in rows if int(parent) == program.pid and name.endswith("sh")]
    assert len(shells) == 1
    os.kill(shells[0], signal.SIGKILL)


@pytest.fixture
def reachable_folder():
    """A folder that an account without rights can enter (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "server"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that the server's account cannot enter")
def test_root_uses_a_temporary_folder_when_the_server_could_not_enter_the_wanted_one(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Server(closed / "server", settings=FAST) as server:
        assert closed not in server.log.parents
        assert query(server.connection, "select 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has binaries that the server's account cannot run")
def test_root_runs_a_copy_of_the_wheel_when_the_server_could_not_read_it(tmp_path):
    original = find_binaries("embedded")
    account = Account.for_server()
    closed = tmp_path / "closed"
    package = account_module._copy_of_wheel(original, closed)
    closed.chmod(0o700)
    assert not account.can_run([package.program("postgres"), "--version"])
    with Server(binaries=Binaries(package.folder, package.version, "embedded"), settings=FAST) as server:
        assert closed not in server.binaries.folder.parents
        query(server.connection, "create extension dblink")  # needs the libraries beside the package


def test_a_machine_without_postgresql_gets_a_command_to_type(monkeypatch):
    monkeypatch.setattr("dbt_batch_ops.database.binaries._machine_folders", list)
    with pytest.raises(DatabaseError, match=re.escape("pip install 'dbt-batch-ops[server]'")):
        find_binaries("machine")


def test_an_old_postgresql_is_refused_with_its_version(monkeypatch, tmp_path):
    for program in ("initdb", "pg_ctl", "postgres"):
        (tmp_path / program).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 13.4'\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setattr("dbt_batch_ops.database.binaries._machine_folders", lambda: [tmp_path])
    with pytest.raises(DatabaseError, match=r"newest PostgreSQL found is 13 .* 15 or newer"):
        find_binaries("machine")


def test_the_machines_postgresql_is_taken_when_the_wheel_does_not_run(monkeypatch, tmp_path):
    monkeypatch.setattr("dbt_batch_ops.database.binaries._embedded_folder", lambda: tmp_path)
    monkeypatch.setattr("dbt_batch_ops.database.binaries._newest_on_machine", lambda: "the machine's")
    assert find_binaries() == "the machine's"
    with pytest.raises(DatabaseError, match="does not run on this machine"):
        find_binaries("embedded")


def test_the_users_own_database_comes_first(monkeypatch):
    monkeypatch.setenv("DBT_BATCH_OPS_DSN", "postgresql://me@db.example.com/shop")
    with open_database() as connection:
        assert connection == Connection("db.example.com", 5432, "me", "", "shop")
    with open_database("host=other user=you") as connection:
        assert connection == Connection("other", 5432, "you", "", "you")


@pytest.mark.parametrize(
    "connection",
    [
        Connection("db", 5432, "me", "", "shop"),
        Connection("::1", 6000, "me@there", "a/b:c?d#é%", "my shop"),
    ],
)
def test_a_connection_survives_its_url(connection):
    assert Connection.from_dsn(connection.url) == connection
    assert connection.environment["PGPASSWORD"] == connection.password


@pytest.mark.parametrize(
    ("dsn", "reason"),
    [
        ("mysql://x/y", "mysql:// is not postgresql://"),
        ("postgresql://x:port/y", "Port could not be cast"),
        ("postgresql://x/y?sslmode=require", "options \\?sslmode=require are not supported"),
        ("hots=x", "'hots' is not one of dbname, host, password, port, user"),
        ("shop", "'shop' is not of the form name=value"),
        ("host='x", "No closing quotation"),
    ],
)
def test_a_connection_that_cannot_be_read_says_why(dsn, reason):
    with pytest.raises(DatabaseError, match=reason):
        Connection.from_dsn(dsn)
