"""What the engine relies on in dbt: how ``run_query`` treats transactions, sessions and values.

None of this is promised by dbt's documentation, so it is pinned here for the oldest supported dbt (``make
test-oldest``) and the newest (``make integration``). When one of these tests fails on a new dbt, the macros
that talk to the database need a look.
"""

import json

import pytest

PROCEDURE = """
create table done (n int);
create procedure work(inout so_far int, inout note text) language plpgsql as $$
begin
    for i in 1 .. 3 loop
        insert into done values (i);
        commit;
        so_far := so_far + 1;
    end loop;
    note := 'it''s done';
end $$;
"""


@pytest.fixture
def queries(dbt, empty_database):
    """Run queries one after another through ``run_query``; gives the rows of each, or the failed result."""

    def run(*queries, check=True):
        result = dbt.run_operation("run_queries", {"queries": queries}, check=check)
        if result.exit_code != 0:
            return result
        prefix = "result: "
        return [json.loads(line.removeprefix(prefix)) for line in result.lines if line.startswith(prefix)]

    return run


def test_a_procedure_that_commits_runs_when_it_is_the_only_statement(queries, empty_database):
    empty_database.execute(PROCEDURE)
    queries("call work(0, '')")
    assert empty_database.value("select count(*) from done") == 3


def test_inout_parameters_come_back_as_a_row(queries, empty_database):
    empty_database.execute(PROCEDURE)
    assert queries("call work(10, null)") == [[[13, "it's done"]]]


def test_a_procedure_that_commits_fails_beside_another_statement(queries, empty_database):
    empty_database.execute(PROCEDURE)
    result = queries("select 1; call work(0, '')", check=False)
    assert result.exit_code == 1
    assert "invalid transaction termination" in result.output
    assert empty_database.value("select count(*) from done") == 0


def test_a_procedure_that_commits_fails_after_begin(queries, empty_database):
    empty_database.execute(PROCEDURE)
    result = queries("begin", "call work(0, '')", check=False)
    assert result.exit_code == 1
    assert "invalid transaction termination" in result.output


def test_an_anonymous_block_that_commits_runs_when_it_is_the_only_statement(queries, empty_database):
    empty_database.execute("create table done (n int)")
    queries("do $$ begin insert into done values (1); commit; insert into done values (2); commit; end $$")
    assert empty_database.value("select count(*) from done") == 2


def test_what_a_procedure_committed_stays_when_a_later_query_fails(queries, empty_database):
    empty_database.execute(PROCEDURE)
    assert queries("call work(0, '')", "select 1/0", check=False).exit_code == 1
    assert empty_database.value("select count(*) from done") == 3


def test_a_single_statement_is_committed_at_once(queries, empty_database):
    empty_database.execute("create table done (n int)")
    _, second = queries("insert into done values (1)", "select pg_current_xact_id_if_assigned() is null")
    assert second == [[True]]
    assert empty_database.value("select count(*) from done") == 1


def test_begin_and_commit_as_text_make_one_transaction(queries, empty_database):
    empty_database.execute("create table done (n int)")
    now = "select now()::text"
    answers = queries("begin", now, "insert into done values (1)", now, "commit", now)
    times = [rows[0][0] for rows in answers if rows]
    assert times[0] == times[1] != times[2]
    assert empty_database.value("select count(*) from done") == 1


def test_rollback_as_text_undoes_a_transaction(queries, empty_database):
    empty_database.execute("create table done (n int)")
    queries("begin", "insert into done values (1)", "rollback", "insert into done values (2)")
    assert empty_database.rows("select n from done") == [(2,)]


@pytest.mark.parametrize("rest", [[], ["select 1/0"]], ids=["ends", "fails"])
def test_an_open_transaction_is_lost_when_the_command(queries, empty_database, rest):
    empty_database.execute("create table done (n int)")
    queries("begin", "insert into done values (1)", *rest, check=False)
    assert empty_database.value("select count(*) from done") == 0


def test_all_queries_of_a_command_share_one_session(queries):
    pid = "select pg_backend_pid()"
    first, _, second, setting = queries(pid, "set my.setting = 'kept'", pid, "show my.setting")
    assert first == second
    assert setting == [["kept"]]


def test_a_percent_sign_and_a_backslash_arrive_as_they_are(queries):
    assert queries(r"select '100 % \d %s %(x)s'") == [[[r"100 % \d %s %(x)s"]]]


def test_an_array_and_json_arrive_as_lists_and_text_can_be_parsed(queries):
    ((row,),) = queries("select array[1, 2]::text, '{\"a\": 1}'::jsonb::text, null")
    assert row == ["{1,2}", '{"a": 1}', None]


def test_arguments_are_yaml_so_that_an_unquoted_date_is_no_text(dbt, empty_database):
    result = dbt.run_operation("say_type", "{value: 2024-01-31}")
    assert "type: date" in result.lines
    assert "type: text" in dbt.run_operation("say_type", "{value: '2024-01-31'}").lines


def test_a_jinja_range_ends_at_a_hundred_thousand(dbt, empty_database):
    assert dbt.run_operation("count_to", {"limit": 100_000}).exit_code == 0
    result = dbt.run_operation("count_to", {"limit": 100_001}, check=False)
    assert result.exit_code != 0
    assert "100000" in result.output
