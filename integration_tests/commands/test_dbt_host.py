"""The host of dbt: commands are what a cold start makes of them, and none outlives whoever wanted it."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dbt_batch_ops.dbt_host.errors import DbtError
from dbt_batch_ops.dbt_host.launcher import DbtHost, DbtProgram
from support.commands.dbt import Dbt
from support.commands.dbt_process import host, hosted_commands
from support.commands.project import REPOSITORY
from support.commands.terminal import CTRL_C, Terminal
from support.database.sessions import wait_for_rows
from support.patience import wait_until

COLD = [str(Path(sys.executable).with_name("dbt"))]
# One after another: while the driver waits for the server, Python hears no signal.
SLEEPS = ["run-operation", "run_queries", "--args", str({"queries": ["select pg_sleep(0.5)"] * 240})]
WHO_SLEEPS = """
select pid from pg_stat_activity
where query like '%%select pg_sleep(%%' and state = 'active' and pid <> pg_backend_pid()
"""
PROJECT = """
name: shop
version: 1.0.0
profile: integration_tests
vars:
  other: 1
"""
SAY = '{% macro say_it() %}{% do log("it is " ~ IT, info=true) %}{% endmacro %}'
# A program that starts a command with a host of its own, and waits for it.
OWNER = """
import json, os, sys
from pathlib import Path
from dbt_batch_ops.dbt_host.launcher import DbtHost

words, folder = json.loads(sys.argv[1]), Path(sys.argv[2])
host = DbtHost()
command = host.start(words, dict(os.environ), folder, folder / "owner-output.txt")
print(host.pid, command.pid, flush=True)
command.wait()
"""


@pytest.fixture(scope="module")
def _shop(tmp_path_factory, _database):
    """dbt on a small project, which takes a cold start a second to parse."""
    folder = tmp_path_factory.mktemp("shop")
    integration_tests = REPOSITORY / "integration_tests"
    for name, text in {
        "dbt_project.yml": PROJECT,
        "profiles.yml": (integration_tests / "profiles.yml").read_text(),
        "macros/run_queries.sql": (integration_tests / "macros" / "run_queries.sql").read_text(),
        "macros/say_it.sql": SAY.replace("IT", "1"),
        "models/one.sql": "select 1 as n",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return Dbt(folder, _database.connection.environment)


@pytest.fixture
def dbt(_shop, empty_database):
    """dbt on the small project and a database of this test; what is written into the project is undone."""
    before = contents(_shop.project)
    yield _shop
    for path in contents(_shop.project).keys() - before.keys():
        path.unlink()
    for path, text in before.items():
        path.write_text(text)


def contents(folder):
    parts = (".yml", ".sql")
    return {path: path.read_text() for path in folder.rglob("*") if path.suffix in parts}


def write(dbt, path, text):
    file = dbt.project / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture(scope="module")
def parsed(_shop, tmp_path_factory):
    """A folder for cold starts, in which dbt has parsed the project before as it mostly has."""
    folder = tmp_path_factory.mktemp("target")
    _shop.run("parse", environment={"DBT_TARGET_PATH": str(folder)})
    return folder


def cold(dbt, *words, folder):
    """Run a command as a shell does, with nothing else prepared."""
    environment = {**dbt._environment, "DBT_TARGET_PATH": str(folder), "DBT_LOG_PATH": str(folder)}
    done = subprocess.run(
        [*COLD, *words],
        cwd=dbt.project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, without_clock(done.stdout)


def without_clock(text):
    """Return what was printed without the time of day and how long something took."""
    return re.sub(r"^\d\d:\d\d:\d\d  ?|in .*\bseconds.*| in \d+\.\d+s", "", text, flags=re.MULTILINE)


def client(dbt, *words, **options):
    """Start the program that stands for dbt."""
    command = [*shlex.split(host().program), *words]
    return subprocess.Popen(command, cwd=dbt.project, env=dbt._environment, **options)


def said(dbt, macro="say_it", *words, **options):
    """Run a macro and return what it says."""
    return dbt.run("run-operation", macro, *words, **options).lines[-1]


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Who nobody waits for stays as a zombie where there is no init.
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_asleep(database):
    ((pid,),) = wait_for_rows(database, WHO_SLEEPS, {}, "a command sleeps in the database")
    return pid


@pytest.mark.parametrize(
    "words",
    [
        ["run-operation", "run_queries", "--args", "{queries: [select 1]}"],
        ["run-operation", "run_queries", "--args", "{queries: [selec]}"],
        ["run-operation", "no_such_macro"],
        ["run-operation", "run_queries", "--no-such-option"],
        ["run"],
    ],
    ids=["success", "failure", "unknown macro", "wrong call", "run"],
)
def test_output_and_exit_code_are_those_of_a_cold_start(dbt, empty_database, parsed, words):
    expected = cold(dbt, *words, folder=parsed)
    result = dbt.run(*words, check=False)
    told = (result.exit_code, without_clock(result.output))
    assert told == expected


def test_a_command_is_given_the_parsed_project(dbt, empty_database, tmp_path):
    apart = {"DBT_TARGET_PATH": str(tmp_path)}
    dbt.run("run-operation", "run_queries", "--args", "{queries: []}", environment=apart)
    assert not (tmp_path / "partial_parse.msgpack").exists()
    dbt.run("parse", environment=apart)
    assert (tmp_path / "partial_parse.msgpack").exists()


def test_a_host_has_no_thread_that_its_forks_would_miss(dbt):
    assert said(dbt) == "it is 1"
    assert len(list(Path(f"/proc/{host().pid}/task").iterdir())) == 1


def test_a_command_that_parses_by_itself_can_do_so_after_others(dbt, empty_database, tmp_path):
    write(dbt, "models/two.sql", "{{ config(materialized='table') }} select n from {{ ref('one') }}")
    assert said(dbt) == "it is 1"
    dbt.run("--warn-error", "parse", "--no-partial-parse", environment={"DBT_TARGET_PATH": str(tmp_path)})


def test_a_changed_macro_is_seen_and_so_is_the_old_one_again(dbt, empty_database):
    for number in (1, 2, 1):
        write(dbt, "macros/say_it.sql", SAY.replace("IT", str(number)))
        assert said(dbt) == f"it is {number}"
    (dbt.project / "macros/say_it.sql").unlink()
    assert dbt.run("run-operation", "say_it", check=False).exit_code != 0


def test_a_changed_model_is_seen(dbt, empty_database):
    for number in (1, 2):
        write(dbt, "models/one.sql", f"select {number} as n")
        dbt.run("run")
        assert empty_database.value("select n from one") == number


def test_a_changed_macro_of_a_package_is_seen(dbt, empty_database):
    write(dbt, "dbt_packages/greetings/dbt_project.yml", "name: greetings\nversion: 1.0.0\n")
    for word in ("hello", "goodbye"):
        write(dbt, "dbt_packages/greetings/macros/say_it.sql", SAY.replace("IT", f"'{word}'"))
        assert said(dbt, "greetings.say_it") == f"it is {word}"
    shutil.rmtree(dbt.project / "dbt_packages")


def test_changed_settings_of_the_project_and_of_the_profile_are_seen(dbt, empty_database):
    write(dbt, "macros/say_it.sql", SAY.replace("IT", 'var("it", "none") ~ " in " ~ target.schema'))
    assert said(dbt) == "it is none in public"
    write(dbt, "dbt_project.yml", PROJECT.replace("vars:\n", "vars:\n  it: here\n"))
    profiles = (dbt.project / "profiles.yml").read_text()
    write(dbt, "profiles.yml", profiles.replace("schema: public", "schema: other"))
    assert said(dbt) == "it is here in other"


def test_variables_that_are_given_are_seen(dbt, empty_database):
    write(dbt, "macros/say_it.sql", SAY.replace("IT", 'var("it", "none")'))
    assert said(dbt) == "it is none"
    assert said(dbt, "say_it", "--vars", "{it: 2024-05-01}") == "it is 2024-05-01"
    assert said(dbt, "say_it", "--vars", "{it: other}") == "it is other"
    assert said(dbt) == "it is none"


def test_the_environment_is_read_by_models_and_by_macros(dbt, empty_database):
    write(dbt, "models/one.sql", """{{ config(alias=env_var("ITS_NAME", "nameless")) }} select 1 as n""")
    write(dbt, "macros/say_it.sql", SAY.replace("IT", 'env_var("ITS_NAME", "nameless")'))
    for name in ("nameless", "its_name"):
        environment = {} if name == "nameless" else {"ITS_NAME": name}
        dbt.run("run", environment=environment)
        assert empty_database.value(f"select n from {name}") == 1
        assert said(dbt, environment=environment) == f"it is {name}"


def test_what_a_model_reads_is_no_variable_of_no_matter(dbt, empty_database):
    # Of other projects, TEST_… is only read when something runs.
    write(dbt, "models/one.sql", """{{ config(alias=env_var("TEST_NAME")) }} select 1 as n""")
    for name in ("one", "two"):
        dbt.run("run", environment={"TEST_NAME": name})
        assert empty_database.value(f"select n from {name}") == 1


def test_a_role_is_who_the_environment_says(dbt, empty_database):
    words = ("run-operation", "run_queries", "--args", "{queries: [select current_user]}")
    assert "nobody_else" in dbt.run(*words, environment={"PGUSER": "nobody_else"}, check=False).output
    assert "nobody_else" not in dbt.run(*words).output


def test_each_command_warns_of_what_is_wrong_with_the_project(dbt, empty_database):
    write(dbt, "dbt_project.yml", f"{PROJECT}models:\n  shop:\n    nothing_here: {{+enabled: true}}\n")
    for _ in range(2):
        assert "do not apply to any resources" in dbt.run("run").output


def test_files_for_others_are_written_where_they_are_wanted(dbt, empty_database, tmp_path):
    environment = {"DBT_WRITE_JSON": "true", "DBT_TARGET_PATH": str(tmp_path)}
    dbt.run("compile", environment=environment)
    assert (tmp_path / "manifest.json").exists()
    assert (tmp_path / "run_results.json").exists()


def test_a_program_stands_for_dbt(dbt, empty_database):
    words = ("run-operation", "run_queries", "--args", "{queries: [select 7]}")
    process = client(dbt, *words, stdout=subprocess.PIPE, text=True)
    assert "result: [[7]]" in process.communicate()[0]
    assert process.returncode == 0
    wrong = client(dbt, *words, "--no-such-option", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    output, errors = wrong.communicate()
    assert (wrong.returncode, output) == (2, "")
    assert "No such option" in errors


def test_a_program_that_is_killed_takes_dbt_with_it(dbt, empty_database):
    process = client(dbt, *SLEEPS, stdout=subprocess.DEVNULL)
    wait_until_asleep(empty_database)
    children = hosted_commands()
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(is_there, children)), "dbt is gone")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_program_passes_signals_on_and_ends_as_dbt_ends(dbt, empty_database, parsed, number):
    process = client(dbt, *SLEEPS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_until_asleep(empty_database)
    process.send_signal(number)
    output = process.communicate()[0]
    if number != signal.SIGINT:
        assert process.returncode == -number
        return
    really = subprocess.Popen(
        [*COLD, *SLEEPS],
        cwd=dbt.project,
        env={**dbt._environment, "DBT_TARGET_PATH": str(parsed), "DBT_LOG_PATH": str(parsed)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_for_rows(empty_database, WHO_SLEEPS, {}, "dbt sleeps")
    really.send_signal(number)
    expected = really.communicate()[0]
    assert process.returncode == really.returncode
    assert ("Traceback" in output) == ("Traceback" in expected)


def test_ctrl_c_in_a_terminal_reaches_dbt(dbt, empty_database):
    command = [*shlex.split(host().program), *SLEEPS]
    terminal = Terminal(command, dbt._environment, dbt.project)
    wait_until_asleep(empty_database)
    terminal.press(CTRL_C)
    assert terminal.wait() != 0
    assert "KeyboardInterrupt" in terminal.screen or "Aborted" in terminal.screen


def test_a_signal_that_is_ignored_stays_ignored(dbt, empty_database):
    words = ["run-operation", "run_queries", "--args", str({"queries": ["select pg_sleep(2)", "select 7"]})]
    process = client(
        dbt,
        *words,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    wait_until_asleep(empty_database)
    (pid,) = hosted_commands()
    os.kill(pid, signal.SIGHUP)
    assert "result: [[7]]" in process.communicate()[0]
    assert process.returncode == 0


def test_the_owner_of_a_host_that_is_killed_is_told(dbt, empty_database, tmp_path):
    own = DbtHost()
    try:
        command = own.start(SLEEPS, dbt._environment, dbt.project, tmp_path / "output.txt")
        wait_until_asleep(empty_database)
        os.kill(own.pid, signal.SIGKILL)
        with pytest.raises(DbtError, match="has ended before its command"):
            command.wait(60)
        assert not command.is_running
        wait_until(lambda: not is_there(command.pid), "dbt is gone as well")
        with pytest.raises(DbtError, match="is gone"):
            own.start(SLEEPS, dbt._environment, dbt.project, tmp_path / "output.txt")
    finally:
        own.close()


def test_an_owner_that_is_killed_takes_its_host_and_its_commands_along(dbt, empty_database, tmp_path):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, json.dumps(SLEEPS), str(tmp_path)],
        cwd=dbt.project,
        env={**dbt._environment, "DBT_PROJECT_DIR": str(dbt.project)},
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [int(word) for word in owner.stdout.readline().split()]
    wait_until_asleep(empty_database)
    assert all(map(is_there, pids))
    owner.kill()
    owner.wait()
    wait_until(lambda: not any(map(is_there, pids)), "host and command are gone")


def test_a_program_of_the_user_is_started_for_each_command(dbt, empty_database, tmp_path):
    with DbtProgram(shlex.split(host().program)) as launcher:
        words = ["run-operation", "run_queries", "--args", "{queries: [select 7]}"]
        command = launcher.start(words, dbt._environment, dbt.project, tmp_path / "output.txt")
        assert command.wait() == 0
        assert "result: [[7]]" in command.output
        command = launcher.start(SLEEPS, dbt._environment, dbt.project, tmp_path / "output.txt")
        wait_until_asleep(empty_database)
        assert command.is_running
        assert command.wait(0) is None
    assert command.wait() == -signal.SIGKILL
