"""Functions of the database: called for a batch or for a row, with what they take, whatever they return."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import EDGES, batch_sizes, relation, staged_tables
from support.engine.steps import only_step
from support.selection.matrices import crossed


@pytest.fixture
def database(database):
    """A database in which `log` keeps what the functions of a test were given, in the order of the calls."""
    database.execute(
        """
        create table job (id bigint primary key, state text);
        create table log (call bigint generated always as identity, given jsonb, transaction xid8);
        create function note(given anyelement) returns void language sql as $$
            insert into log (given, transaction) values (to_jsonb(given), pg_current_xact_id())
        $$;
        create schema app;
        """
    )
    return database


@pytest.fixture
def create(database):
    """Create the function that the operations call; it notes its arguments and then does `body`."""

    def create(arguments, returns="void", body="", noted="given"):
        database.execute(
            f"create function handle({arguments}) returns {returns} language plpgsql as $$ "
            f"begin perform note({noted}); {body} end $$"
        )

    return create


def calls(database):
    return [given for (given,) in database.rows("select given from log order by call")]


def batches(values, size=7):
    return [values[start : start + size] for start in range(0, len(values), size)]


@crossed(source=["a list", "a query", "a model"], count=EDGES)
def test_a_function_of_an_array_is_called_once_a_batch(engine, database, create, source, count):
    create("given bigint[]")
    query = f"select n * 10 as id from generate_series(1, {count}) as n order by n desc"
    values = [n * 10 for n in range(count, 0, -1)]
    given = {
        "a list": lambda: values,
        "a query": lambda: {"query": query},
        "a model": lambda: relation(database, query, "wanted_item"),
    }
    engine.complete("handle_ids", {"ids": given[source]()})
    assert calls(database) == batches(values)
    run = newest_run(database)
    assert run.records == batch_sizes(count)
    assert_adds_up(run, count)
    assert staged_tables(database) == []


@pytest.mark.parametrize("count", EDGES.values(), ids=EDGES.keys())
def test_a_function_of_one_value_is_called_for_each_in_order(engine, database, create, count):
    create("given bigint")
    values = list(range(count, 0, -1))
    engine.complete("handle_ids", {"ids": values})
    assert calls(database) == values
    assert newest_run(database).records == batch_sizes(count)


@pytest.mark.parametrize("type_", ["json", "jsonb"])
def test_a_function_of_json_is_called_once_a_batch_with_an_array(engine, database, create, type_):
    create(f"given {type_}")
    engine.complete("handle_ids", {"ids": list(range(1, 9))})
    assert calls(database) == batches(list(range(1, 9)))


def test_of_two_functions_the_one_for_the_whole_batch_is_called(engine, database, create):
    create("given bigint")
    create("given bigint[]")
    engine.complete("handle_ids", {"ids": [3, 2, 1]})
    assert calls(database) == [[3, 2, 1]]


def test_duplicates_and_nulls_are_handed_on(engine, database, create):
    create("given bigint[]")
    engine.complete("handle_ids", {"ids": [1, None, 1]})
    assert calls(database) == [[1, None, 1]]


@pytest.mark.parametrize("count", EDGES.values(), ids=EDGES.keys())
def test_a_function_of_json_gets_the_records_of_a_batch_as_they_were_given(engine, database, create, count):
    create("given jsonb")
    jobs = [{"id": n, "state": f"it's {n}", "more": {"a": [n, None]}} for n in range(count)]
    engine.complete("handle_records", {"jobs": jobs})
    assert calls(database) == batches(jobs)
    assert newest_run(database).records == batch_sizes(count)


@pytest.mark.parametrize("count", EDGES.values(), ids=EDGES.keys())
def test_a_function_with_named_arguments_is_called_for_each_record_with_its_fields(
    engine, database, create, count
):
    create("state text, id bigint", noted="jsonb_build_array(id, state)")
    jobs = [{"id": n, "state": "old"} if n % 2 else {"id": n} for n in range(count)]
    engine.complete("handle_fields", {"jobs": jobs})
    assert calls(database) == [[n, "old" if n % 2 else "new"] for n in range(count)]
    assert newest_run(database).records == batch_sizes(count)


def test_a_function_with_named_arguments_and_no_rows_is_called_once(engine, database):
    database.execute(
        """
        create function app.handle_month(factor integer, note text, month date) returns void
        language sql as $$
            select public.note(jsonb_build_array(month, factor, note))
        $$
        """
    )
    engine.complete("handle_month", {"month": "2024-02-01"})
    assert calls(database) == [["2024-02-01", 3, "it's due"]]
    assert_adds_up(newest_run(database), 1)


def test_a_function_without_arguments_is_called_once(engine, database, create):
    create("", noted="1")
    engine.complete("handle_nothing")
    assert calls(database) == [1]
    assert newest_run(database).records == [1]


def test_a_function_of_one_value_that_is_no_list_is_called_once(engine, database, create):
    create("given integer")
    engine.complete("handle_value", {"value": 7})
    assert calls(database) == [7]


@pytest.mark.parametrize(
    ("returns", "body"),
    [
        ("void", ""),
        ("bigint", "return 1;"),
        ("setof bigint", "return query select unnest(given);"),
        ("setof bigint", ""),
        ("table (id bigint, state text)", "return query select unnest(given), 'done';"),
        ("setof job", "return query select unnest(given), 'done';"),
        ("job", "return row(1::bigint, 'done'::text);"),
        ("jsonb", "return '[1, 2]';"),
        ("jsonb", """return '{"a": 1}';"""),
        ("jsonb", "return null;"),
        ("bigint[]", "return given;"),
    ],
    ids=[
        "nothing",
        "a value",
        "a set",
        "an empty set",
        "a table",
        "a set of rows",
        "a row",
        "a JSON array",
        "a JSON object",
        "null",
        "an array",
    ],
)
def test_a_step_counts_the_rows_that_a_function_was_called_with_whatever_it_returns(
    engine, database, create, returns, body
):
    create("given bigint[]", returns, body)
    engine.complete("handle_ids", {"ids": list(range(1, 9))})
    assert calls(database) == batches(list(range(1, 9)))
    assert newest_run(database).records == [7, 1]


def test_every_batch_is_a_transaction_of_its_own(engine, database, create):
    create("given bigint")
    engine.complete("handle_ids", {"ids": list(range(1, 16))})
    assert database.rows("select count(*) from log group by transaction order by min(call)") == [
        (7,),
        (7,),
        (1,),
    ]


def test_what_a_function_does_is_committed_at_once(engine, database, create):
    """It may have told somebody: a server that crashes must not forget."""
    create("given bigint[]")
    database.execute(
        """
        create table seen (setting text);
        create function see() returns trigger language plpgsql as $$
        begin insert into seen values (current_setting('synchronous_commit')); return null; end $$;
        create trigger see after insert on log execute function see();
        """
    )
    engine.complete("handle_ids", {"ids": [1]})
    assert database.rows("select setting from seen") != [("off",)]


class TestError:
    @pytest.fixture
    def failed(self, engine, database, create):
        database.execute("create table lucky ()")
        create(
            "given bigint[]",
            body="if to_regclass('lucky') is not null and 10 = any (given) then raise 'unlucky'; end if;",
        )
        return engine.run("handle_ids", {"ids": list(range(1, 21))})

    def test_it_fails_the_run_and_nothing_of_its_batch_stays(self, database, failed):
        assert failed["status"] == "failed"
        assert (failed["newest_error"]["batch_number"], failed["newest_error"]["sqlstate"]) == (2, "P0001")
        assert failed["newest_error"]["error_message"] == "unlucky"
        assert calls(database) == [list(range(1, 8))]

    def test_the_run_goes_on_with_that_batch_when_it_is_mended(self, engine, database, failed):
        database.execute("drop table lucky")
        engine.complete("handle_ids", {"operation_id": newest_run(database).operation_id})
        assert calls(database) == batches(list(range(1, 21)))
        assert_completed(database)


def assert_completed(database):
    run = newest_run(database)
    assert (run.status, run.records) == ("completed", [7, 7, 6])


class TestRefused:
    @pytest.fixture
    def refused(self, engine, database):
        before = ledger.contents(database)

        def refused(operation, args):
            said = engine.refusal(operation, args)
            assert calls(database) == []
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            return said

        return refused

    def test_a_function_that_is_not_there(self, refused):
        said = refused("handle_ids", {"ids": [1]})
        assert "there is no function handle" in said
        assert "takes one argument" in said

    def test_a_function_that_takes_two_values_instead_of_one(self, refused, create):
        create("given bigint, more bigint")
        assert "takes one argument" in refused("handle_ids", {"ids": [1]})

    def test_a_function_that_takes_something_else(self, refused, create):
        create("given date")
        refused("handle_ids", {"ids": [1]})

    def test_a_function_without_an_argument_of_that_name(self, refused, create):
        create("month date", noted="month")
        refused("handle_month", {"month": "2024-01-01"})

    def test_a_value_that_the_function_does_not_take(self, refused, create):
        create("given integer")
        assert "parameter value" in refused("handle_value", {"value": "x"})

    def test_a_function_whose_columns_nobody_knows(self, refused, create):
        create("given bigint[]", "record", "return row(1);")
        assert "record" in refused("handle_ids", {"ids": [1]})

    def test_a_procedure(self, refused, database):
        database.execute("create procedure handle(given bigint[]) language sql as 'select 1'")
        assert "there is no function handle" in refused("handle_ids", {"ids": [1]})


def test_a_further_argument_may_have_a_default(engine, database, create):
    create("given bigint[], more bigint default 1")
    engine.complete("handle_ids", {"ids": [1]})
    assert calls(database) == [[1]]


def test_the_ledger_says_what_kind_of_step_it_was(engine, database, create):
    create("given bigint[]")
    engine.complete("handle_ids", {"ids": [1, 2]})
    step = only_step(database)
    assert (step.iterate_by, step.total_records, step.source["given"]) == ("rows", 2, 2)
    assert database.value("select operation_type from batch_ops.steps") == "custom_function"
