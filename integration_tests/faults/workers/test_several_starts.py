"""Starts of the same operation while a run of it is unfinished, and in the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.database.sessions import wait_for_table_lock
from support.engine import protocol
from support.engine.account_runs import Run
from support.engine.engine import start, work_off
from support.patience import PATIENCE
from support.selection.matrices import turns

AS_NEW = "truncate batch_ops.runs cascade; update account set credits = 0 where credits <> 0"
KEY = {"idempotency_key": "once"}
TURNS = 100


@pytest.fixture
def start_together(dbt):
    """Let two commands insert their run in the same instant; the results, first the one that worked."""

    def start_together(database, arguments=None):
        with database.session(autocommit=False) as gate, gate.cursor() as cursor:
            cursor.execute("lock table batch_ops.runs in share mode")
            processes = [dbt.start_operation("add_credit", arguments) for _ in range(2)]
            wait_for_table_lock(database, "batch_ops.runs", sessions=2)
        results = [dbt.finish(process, check=False) for process in processes]
        return sorted(results, key=lambda result: result.exit_code)

    return start_together


@pytest.fixture
def two_starts(start_together, database):
    """The results of two such commands on a table that takes them some time."""
    return start_together(database)


def test_of_two_starts_in_the_same_instant_one_changes_every_row_once(two_starts, database):
    assert [done.exit_code for done in two_starts] == [0, 1]
    Run.newest(database).assert_exactly_once()


def test_of_two_starts_in_the_same_instant_the_refused_one_names_the_run_to_join(two_starts, database):
    assert database.value("select count(*) from batch_ops.runs") == 1
    assert f"--args '{{operation_id: {Run.newest(database).id}}}'" in two_starts[1].output


def test_a_start_while_a_run_is_interrupted_is_refused_with_its_id(dbt, run):
    refused = dbt.run_operation("add_credit", check=False)
    assert refused.exit_code == 1
    assert f"run {run.id} of it is unfinished (interrupted" in refused.output
    assert run.value("select count(*) from batch_ops.runs") == 1


@pytest.fixture
def at_once(little_database, little_request):
    """Call something in two sessions at the same instant, with the request of a start; a hundred times."""

    def at_once(call, request):
        with (
            little_database.session() as one,
            little_database.session() as other,
            ThreadPoolExecutor(2) as threads,
        ):
            little_database.execute("delete from account where id > 300")
            together = threading.Barrier(2, timeout=PATIENCE)
            for _ in range(TURNS):
                little_database.execute(AS_NEW)
                yield list(threads.map(call, (one, other), [request] * 2, [together] * 2))

    return at_once


def start_and_work(session, request, together):
    """What a command does without a key: work on the run that it could open, once both have their answer."""
    together.wait()
    answer = start(session, request)
    together.wait()
    if answer["status"] != "refused":
        answer["ended"] = work_off(session, answer["operation_id"])["status"]
    return answer


def start_or_join(session, request, together):
    """What a command does with a key: work on the run that it could open, or that the key stands for."""
    together.wait()
    answer = start(session, request)
    run = answer.get("operation_id") or answer["existing"]
    if answer["status"] == "refused":
        assert "reason" not in answer
        with session.cursor() as cursor:
            assert protocol.join_run(cursor, run)["status"] in {"running", "completed"}
    return {**answer, "run": run, "ended": work_off(session, run)["status"]}


def test_of_two_starts_in_the_same_instant_never_do_both_work(at_once, little_database, little_request):
    for answers in at_once(start_and_work, little_request):
        (opened,) = [answer for answer in answers if answer["status"] != "refused"]
        (refused,) = [answer for answer in answers if answer["status"] == "refused"]
        assert (opened["ended"], refused["existing"]) == ("completed", opened["operation_id"])
        Run.newest(little_database).assert_exactly_once()


def test_two_starts_with_a_key_in_the_same_instant_are_one_run(at_once, little_database, little_request):
    for answers in at_once(start_or_join, {**little_request, **KEY}):
        assert [answer["ended"] for answer in answers] == ["completed"] * 2
        assert len({answer["run"] for answer in answers}) == 1
        assert sorted(answer["status"] == "refused" for answer in answers) == [False, True]
        assert little_database.value("select count(*) from batch_ops.runs") == 1
        Run.newest(little_database).assert_exactly_once()


def test_of_many_starts_in_the_same_instant_one_opens_a_run_and_the_others_are_told_its_id(
    little_database, little_request
):
    def open_at_once(together):
        with little_database.session() as session:
            together.wait()
            return start(session, little_request)

    with ThreadPoolExecutor(4) as threads:
        for _ in range(25):
            little_database.execute(AS_NEW)
            together = threading.Barrier(4)
            answers = list(threads.map(open_at_once, [together] * 4))
            (opened,) = [answer for answer in answers if answer["status"] != "refused"]
            refused = [answer["existing"] for answer in answers if answer["status"] == "refused"]
            assert refused == [opened["operation_id"]] * 3


@turns(5, of_each_run=1)
def test_of_two_commands_in_the_same_instant_one_is_refused(start_together, little_database, turn):
    assert [done.exit_code for done in start_together(little_database)] == [0, 1]
    Run.newest(little_database).assert_exactly_once()


@turns(5, of_each_run=1)
def test_two_commands_with_a_key_in_the_same_instant_both_report_one_run(
    start_together, little_database, turn
):
    results = start_together(little_database, KEY)
    run = Run.newest(little_database)
    assert [done.exit_code for done in results] == [0, 0]
    assert sum(f"idempotency_key once stands for run {run.id}" in done.output for done in results) == 1
    assert all("completed: 2,000 rows" in done.output for done in results)
    assert little_database.value("select count(*) from batch_ops.runs") == 1
    run.assert_exactly_once()
