"""Starts of the same operation while a run of it is unfinished, and in the same instant."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from psycopg2.extras import Json

from support.runs import Run
from support.sessions import wait_for_table_lock

SPY = """
create table opened (request jsonb);
alter function batch_ops.open_run(jsonb) rename to really_open_run;
create function batch_ops.open_run(p_request jsonb) returns jsonb language plpgsql as $$
begin
    insert into opened values (p_request);
    return batch_ops.really_open_run(p_request);
end
$$;
"""


@pytest.fixture
def two_starts(dbt, database):
    """The results of two commands that insert their run in the same instant, first the one that worked."""
    with database.session(autocommit=False) as gate, gate.cursor() as cursor:
        cursor.execute("lock table batch_ops.runs in share mode")
        processes = [dbt.start_operation("add_credit") for _ in range(2)]
        wait_for_table_lock(database, "batch_ops.runs", sessions=2)
    results = [dbt.finish(process, check=False) for process in processes]
    return sorted(results, key=lambda result: result.exit_code)


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


def test_of_many_starts_in_the_same_instant_one_opens_a_run_and_the_others_are_told_its_id(dbt, database):
    database.execute(SPY)
    dbt.run_operation("add_credit")
    request = database.value("select request from opened")

    def open_at_once(together):
        own = {**request, "target": {**request["target"], "operation_id": str(uuid4())}}
        with database.session() as session, session.cursor() as cursor:
            together.wait()
            cursor.execute("select batch_ops.really_open_run(%s)", [Json(own)])
            return cursor.fetchone()[0]

    with ThreadPoolExecutor(4) as threads:
        for _ in range(25):
            database.execute("truncate batch_ops.runs cascade")
            together = threading.Barrier(4)
            answers = list(threads.map(open_at_once, [together] * 4))
            (opened,) = [answer for answer in answers if answer["status"] != "refused"]
            refused = [answer["existing"] for answer in answers if answer["status"] == "refused"]
            assert refused == [opened["operation_id"]] * 3
