"""Several steps: their order, their batches, and the rows that they hand on."""

import pytest

from support.engine import ledger
from support.engine.engine import Engine
from support.engine.ledger import newest_run
from support.engine.sources import staged_tables
from support.engine.steps import steps_of_newest_run
from support.selection.matrices import FULL
from support.tables.products import create_shipments, statuses

SHIPMENTS = [{"code": f"N{n}", "weight": n} for n in range(1, 11)]


def summary(database):
    """Return name, rows of each batch, and total of every step."""
    return [(step.name, step.records, step.total_records) for step in steps_of_newest_run(database)]


@pytest.fixture(scope="class")
def left(_database, _renderer, _ledger_template):
    """What a run of three steps has left, at which the tests of a class only look."""
    _database.recreate(_ledger_template)
    create_shipments(_database, 40, "case when n <= 22 then 'ready' else 'new' end")
    Engine(_database, _renderer).complete("release_shipments")
    return _database


class TestOrder:
    def test_a_step_runs_after_what_it_depends_on(self, left):
        assert statuses(left) == {"released": 18, "new": 18}
        assert left.value("select count(*) from shipment where weight = 0 and status <> 'new'") == 0

    def test_each_step_has_batches_of_its_own_size_in_the_ledger(self, left):
        steps = steps_of_newest_run(left)
        assert [(step.name, step.batch_size, step.records) for step in steps] == [
            ("find_ready", 5, [5, 5, 5, 5, 2]),
            ("mark_ready", 7, [7, 7, 7, 1]),
            ("drop_empty", 3, [3, 1]),
        ]
        assert {step.status for step in steps} == {"completed"}

    def test_the_run_has_the_sum_of_its_steps(self, left):
        run = newest_run(left)
        assert (run.status, run.processed_records, run.batch_count) == ("completed", 22 + 22 + 4, 5 + 4 + 2)

    def test_nothing_that_was_staged_is_left(self, left):
        assert staged_tables(left) == []


def test_a_step_that_finds_nothing_leaves_nothing_to_those_behind_it(engine, database):
    create_shipments(database, 10, "'new'")
    engine.complete("release_shipments")
    assert statuses(database) == {"new": 10}
    assert summary(database) == [("find_ready", [], 0), ("mark_ready", [], 0), ("drop_empty", [], 0)]
    assert {step.status for step in steps_of_newest_run(database)} == {"completed"}
    assert newest_run(database).status == "completed"
    assert staged_tables(database) == []


def test_a_later_step_may_have_nothing_to_do(engine, database):
    create_shipments(database, 4)
    engine.complete("release_shipments")
    assert summary(database)[2] == ("drop_empty", [], 0)
    assert newest_run(database).status == "completed"


@FULL
def test_a_million_rows_are_handed_on(engine, database):
    create_shipments(database, 1_000_000)
    engine.complete("release_many_shipments")
    assert statuses(database) == {"released": 1_000_000}
    assert summary(database) == [
        ("find_ready", [20_000] * 50, 1_000_000),
        ("mark_ready", [20_000] * 50, 1_000_000),
    ]
    assert staged_tables(database) == []


class TestKeysWritten:
    """An insert and an upsert hand on the keys of the rows that they have written."""

    def test_of_an_insert(self, engine, database):
        create_shipments(database, 5, "'old'")
        engine.complete("add_and_tag", {"shipments": SHIPMENTS, "tag": "it's tagged"})
        assert statuses(database) == {"old": 5, "new it's tagged": 10}
        assert summary(database) == [("add", [4, 4, 2], 10), ("tag", [3, 3, 3, 1], 10)]

    def test_of_an_upsert_those_that_it_inserted_and_those_that_it_updated(self, engine, database):
        create_shipments(database)
        database.execute(
            "insert into shipment (code, status, weight) "
            "values ('N1', 'merged', 1), ('N2', 'old', 2), ('N3', 'merged', 0), ('X', 'old', 0)"
        )
        engine.complete("merge_and_tag", {"shipments": SHIPMENTS})
        assert database.rows("select code, status from shipment where id <= 4 order by id") == [
            ("N1", "merged"),
            ("N2", "merged and tagged"),
            ("N3", "merged and tagged"),
            ("X", "old"),
        ]
        assert statuses(database)["merged and tagged"] == 9

    def test_of_no_rows(self, engine, database):
        create_shipments(database, 5, "'old'")
        engine.complete("add_and_tag", {"shipments": [], "tag": "x"})
        assert statuses(database) == {"old": 5}
        assert newest_run(database).status == "completed"


FETCH = """
create schema app;
create function app.fetch_weights({arguments}) returns {returns} language sql as $$ {body} $$
"""
ROWS = "select code, length(code) + 100 as weight from unnest(codes) as codes (code)"
AS_JSON = f"select jsonb_agg(to_jsonb(fetched)) from ({ROWS}) as fetched"


class TestWhatAFunctionReturns:
    """The rows of a function are the rows of the step behind it."""

    @pytest.mark.parametrize(
        ("arguments", "returns", "body"),
        [
            ("codes text[]", "table (code text, weight integer)", ROWS),
            (
                "codes text[]",
                "setof shipment",
                f"select 0::bigint, code, '', weight from ({ROWS}) as fetched",
            ),
            ("codes text[]", "jsonb", AS_JSON),
            ("codes text[]", "setof jsonb", f"select to_jsonb(fetched) from ({ROWS}) as fetched"),
            ("code text", "jsonb", "select jsonb_build_object('code', code, 'weight', length(code) + 100)"),
            (
                "codes jsonb",
                "jsonb",
                AS_JSON.replace("unnest(codes)", "jsonb_array_elements_text(codes)"),
            ),
        ],
        ids=[
            "a table",
            "a set of rows",
            "a JSON array",
            "a set of JSON objects",
            "a JSON object for each row",
            "a JSON array of a JSON array",
        ],
    )
    def test_becomes_rows_of_the_next_step(self, engine, database, arguments, returns, body):
        create_shipments(database, 12, "case when n <= 9 then 'stale' else 'new' end")
        database.execute(FETCH.format(arguments=arguments, returns=returns, body=body))
        engine.complete("fetch_and_merge")
        assert database.rows("select code, weight from shipment where status = 'fresh' order by id") == [
            (f"S{n}", 102) for n in range(1, 10)
        ]
        assert summary(database) == [("find_stale", [7, 2], 9), ("fetch", [4, 4, 1], 9), ("merge", [7, 2], 9)]
        assert staged_tables(database) == []

    @pytest.mark.parametrize(
        ("returns", "body"),
        [
            ("table (code text, weight integer)", "select 'x', 1 where false"),
            ("jsonb", "select '[]'::jsonb"),
            ("jsonb", "select null::jsonb"),
        ],
        ids=["an empty set", "an empty array", "null"],
    )
    def test_may_be_nothing(self, engine, database, returns, body):
        create_shipments(database, 3, "'stale'")
        database.execute(FETCH.format(arguments="codes text[]", returns=returns, body=body))
        engine.complete("fetch_and_merge")
        assert statuses(database) == {"stale": 3}
        assert summary(database)[2] == ("merge", [], 0)

    def test_may_not_be_void_when_a_later_step_uses_it(self, engine, database):
        create_shipments(database, 3, "'stale'")
        database.execute(FETCH.format(arguments="codes text[]", returns="void", body=""))
        said = engine.refusal("fetch_and_merge")
        assert (
            "step fetch: function app.fetch_weights returns nothing, but a later step uses its rows" in said
        )
        assert ledger.contents(database)["runs"] == []

    def test_must_have_the_columns_that_the_next_step_names(self, engine, database):
        create_shipments(database, 3, "'stale'")
        body = "select code, 1 from unnest(codes) as codes (code)"
        database.execute(
            FETCH.format(arguments="codes text[]", returns="table (code text, mass integer)", body=body)
        )
        assert "weight" in engine.refusal("fetch_and_merge")
        assert ledger.contents(database)["runs"] == []

    @pytest.mark.parametrize(
        ("arguments", "returns", "body"),
        [
            ("ids bigint[]", "setof bigint", "select id from unnest(ids) as ids (id) where id % 2 = 1"),
            ("id bigint", "setof bigint", "select id where id % 2 = 1"),
            ("id bigint", "bigint", "select case when id % 2 = 1 then id end"),
        ],
        ids=["a set for a batch", "a set for a row", "a value for a row"],
    )
    def test_may_be_the_list_of_the_next_step(self, engine, database, arguments, returns, body):
        create_shipments(database, 10, "case when n <= 9 then 'ready' else 'new' end")
        database.execute(
            f"create schema app; "
            f"create function app.approve({arguments}) returns {returns} language sql as $$ {body} $$"
        )
        engine.complete("approve_shipments")
        approved = database.value("select array_agg(id order by id) from shipment where status = 'approved'")
        assert approved == [1, 3, 5, 7, 9]
        assert statuses(database) == {"approved": 5, "ready": 4, "new": 1}


ORDER = """
create schema app;
create table announced (call bigint generated always as identity, ids bigint[]);
create function app.plan_day(day date) returns table (code text, weight integer) language sql as $$
    select to_char(day, 'DD') || '-' || n, {weight} from generate_series(1, 10) as n
$$;
create function app.announce(ids bigint[]) returns void language sql as $$
    insert into announced (ids) values (ids)
$$;
"""
ORDER_ARGS = {"day": "2024-01-31", "status": "planned"}


class TestRowsOfAFunctionWithoutRows:
    def test_are_inserted_and_their_keys_handed_on(self, engine, database):
        create_shipments(database)
        database.execute(ORDER.format(weight="n"))
        engine.complete("order_shipments", ORDER_ARGS)
        assert database.rows("select code, weight, status from shipment order by id") == [
            (f"31-{n}", n, "planned") for n in range(1, 11)
        ]
        assert database.rows("select ids from announced order by call") == [
            (list(range(1, 8)),),
            ([8, 9, 10],),
        ]
        assert summary(database) == [("plan", [1], 1), ("add", [7, 3], 10), ("announce", [7, 3], 10)]

    def test_that_are_invalid_fail_the_run_before_the_step_writes_anything(self, engine, database):
        create_shipments(database)
        database.execute(ORDER.format(weight="n - 2"))
        failed = engine.run("order_shipments", ORDER_ARGS)
        assert failed["status"] == "failed"
        assert failed["steps"][1]["name"] == "add"
        assert failed["newest_error"]["step_number"] == 2
        assert "2 of 10 rows are invalid" in failed["newest_error"]["error_message"]
        assert "row 1: weight > 0" in failed["newest_error"]["error_message"]
        assert statuses(database) == {}
        assert newest_run(database).status == "failed"


class TestFailure:
    """The second step meets an error in its second batch."""

    @pytest.fixture
    def failed(self, engine, database):
        create_shipments(database, 22)
        database.execute(
            "alter table shipment add constraint unlucky check (id <> 10 or status <> 'released')"
        )
        return engine.run("release_shipments")

    def test_it_is_in_the_ledger_with_its_step_and_its_batch(self, database, failed):
        rows = "select step_number, batch_number, constraint_name from batch_ops.errors"
        assert database.rows(rows) == [(2, 2, "unlucky")]
        assert 'violates check constraint "unlucky"' in failed["newest_error"]["error_message"]
        assert newest_run(database).status == "failed"

    def test_the_steps_and_batches_before_it_stay(self, database, failed):
        assert statuses(database) == {"released": 7, "ready": 15}
        steps = steps_of_newest_run(database)
        assert [(step.status, step.records) for step in steps] == [
            ("completed", [5, 5, 5, 5, 2]),
            ("running", [7]),
            ("pending", []),
        ]

    def test_the_run_goes_on_in_the_middle_of_the_step_when_it_is_mended(self, engine, database, failed):
        database.execute("alter table shipment drop constraint unlucky")
        # The first step is not done again: what is ready now is none of this run's business.
        database.execute("insert into shipment (code, status, weight) values ('late', 'ready', 1)")
        operation_id = newest_run(database).operation_id
        engine.complete("release_shipments", {"operation_id": operation_id})
        assert statuses(database) == {"released": 18, "ready": 1}
        assert [step.records for step in steps_of_newest_run(database)] == [
            [5, 5, 5, 5, 2],
            [7, 7, 7, 1],
            [3, 1],
        ]
        assert newest_run(database).status == "completed"
        assert staged_tables(database) == []

    def test_what_was_handed_on_is_kept_until_the_run_is_given_up(self, engine, database, failed):
        assert any(name.endswith("_output") for name in staged_tables(database))
        engine.cancel(newest_run(database).operation_id)
        assert staged_tables(database) == []


def test_a_step_that_cannot_run_is_found_before_the_first_changes_anything(engine, database):
    create_shipments(database, 5, "'stale'")
    before = ledger.contents(database)
    assert "step fetch: there is no function app.fetch_weights" in engine.refusal("fetch_and_merge")
    assert ledger.contents(database) == before
    assert staged_tables(database) == []
