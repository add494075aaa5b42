"""Lists that drive a run: given as they are, as a query or as a model; what becomes of each value."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import EDGES, batch_sizes, relation, staged_tables
from support.engine.steps import only_step, source_of_newest_run
from support.selection.matrices import crossed, some
from support.tables.items import create_items, touched

IDS = list(range(1, 2_001))


def give(database, source, query):
    """Hand the values of a query over as a list, a query or a model."""
    if source == "a query":
        return {"query": query}
    if source == "a model":
        return {**relation(database, query, "wanted_item"), "column": "id"}
    return [value for (value,) in database.rows(query)]


@crossed(
    pairs=True,
    operation=["touch_items_of_a_source", "drop_items_of_a_source"],
    source=["a list", "a query", "a model"],
    count=EDGES,
)
def test_exactly_the_listed_rows_are_changed_in_full_batches(engine, database, operation, source, count):
    create_items(database, 30)
    query = f"select n * 3 as id from generate_series(1, {count}) as n"
    engine.run(operation, {"ids": give(database, source, query)})
    if operation.startswith("touch"):
        changed = database.rows("select id from item where touched = 1 order by id")
    else:
        changed = database.rows(
            "select n from generate_series(1, 30) as n except select id from item order by 1"
        )
    assert [key for (key,) in changed] == [n * 3 for n in range(1, count + 1)]
    run = newest_run(database)
    assert run.records == batch_sizes(count)
    assert_adds_up(run, count)
    assert staged_tables(database) == []


@pytest.mark.parametrize("count", some({"100,000": 100_000, "a million": 1_000_000}, "100,000"))
def test_so_many_ids_of_a_query_drive_an_update(engine, database, count):
    create_items(database, count + 500)
    query = "select id from item where id > 500 order by id desc"
    engine.run("touch_many_items_of_a_source", {"ids": {"query": query}})
    assert touched(database) == {0: 500, 1: count}
    run = newest_run(database)
    assert run.records == [20_000] * (count // 20_000)
    assert_adds_up(run, count)


def test_what_became_of_every_value_of_a_list_is_in_the_ledger(engine, database):
    create_items(database, 20)
    engine.run("touch_items_of_a_source", {"ids": [3, 1, 1, None, 777, 3, 3, -5, None, 777, 20]})
    source = only_step(database).source
    counts = {key: source[key] for key in ("parameter", "given", "duplicates", "nulls", "unknown")}
    assert counts == {"parameter": "ids", "given": 11, "duplicates": 4, "nulls": 2, "unknown": 2}
    assert source["unknown_sample"] == [777, -5]
    assert database.rows("select id from item where touched = 1 order by id") == [(1,), (3,), (20,)]
    assert_adds_up(newest_run(database), 3)


def test_the_values_of_a_query_are_counted_too(engine, database):
    create_items(database, 20)
    query = "values (1), (1), (null), (99)"
    engine.run("touch_items_of_a_source", {"ids": {"query": query}})
    source = only_step(database).source
    assert [source[key] for key in ("given", "duplicates", "nulls", "unknown")] == [4, 1, 1, 1]


def test_a_list_of_another_column_than_the_key_picks_all_its_rows(engine, database):
    create_items(database, 100)
    query = "values ('rare'), ('rare'), ('no such kind')"
    engine.run("touch_items_of_kinds_of_a_source", {"kinds": {"query": query}})
    assert database.rows("select kind, touched, count(*) from item group by 1, 2 order by 1") == [
        ("rare", 1, 10),
        ("usual", 0, 90),
    ]
    assert_adds_up(newest_run(database), 10)
    source = source_of_newest_run(database)
    assert [source[key] for key in ("given", "duplicates", "unknown")] == [3, 1, 1]


def test_a_query_may_give_a_list_that_does_not_drive_the_run(engine, database):
    create_items(database, 20)
    engine.run("touch_items_beside_a_source", {"ids": {"query": "select id from item where id > 8"}})
    assert database.value("select array_agg(id order by id) from item where touched = 1") == list(range(1, 9))


class TestQuery:
    @pytest.fixture
    def refused(self, engine, database):
        """Run an operation that must be refused, and return what was said; nothing may be written."""
        create_items(database, 20)
        before = ledger.contents(database)

        def refused(operation, args):
            said = engine.refusal(operation, args)
            assert touched(database) == {0: 20}
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            return said

        return refused

    def test_it_is_refused_unless_the_spec_allows_it(self, refused):
        said = refused("touch_listed_items", {"ids": {"query": "select id from item"}})
        assert "parameter ids does not take a query" in said
        assert "from_query: true" in said

    def test_a_wrong_one_is_told(self, refused):
        said = refused("touch_items_of_a_source", {"ids": {"query": "select id from no_such_table"}})
        assert 'relation "no_such_table" does not exist' in said

    def test_one_of_another_type_is_told(self, refused):
        said = refused("touch_items_of_a_source", {"ids": {"query": "select 'x'"}})
        assert 'invalid input syntax for type bigint: "x"' in said

    def test_one_with_two_columns_is_told(self, refused):
        refused("touch_items_of_a_source", {"ids": {"query": "select id, id from item"}})

    @pytest.mark.parametrize(
        "query",
        ["select 1; update item set touched = 5", "select 1) as x; update item set touched = 5; select (1"],
    )
    def test_it_is_one_statement(self, refused, query):
        refused("touch_items_of_a_source", {"ids": {"query": query}})

    @pytest.mark.parametrize(
        "given", [{"quary": "select 1"}, {"query": "select 1", "column": "id"}, {}], ids=str
    )
    def test_another_mapping_is_refused_with_what_to_write(self, refused, given):
        said = refused("touch_items_of_a_source", {"ids": given})
        assert "parameter ids: write a list, {query:" in said

    def test_a_semicolon_or_a_comment_at_its_end_is_harmless(self, engine, database):
        create_items(database, 20)
        query = "select id from item where id < 4 -- the first;\n;"
        engine.run("touch_items_of_a_source", {"ids": {"query": query}})
        assert touched(database) == {0: 17, 1: 3}


class TestModel:
    def test_of_a_model_with_one_column_it_need_not_be_said(self, engine, database):
        create_items(database, 20)
        given = relation(database, "select 7 as id", "wanted_item")
        engine.run("touch_items_of_a_source", {"ids": given})
        assert database.rows("select id from item where touched = 1") == [(7,)]

    @pytest.mark.parametrize("column", [None, "ID"], ids=["not named", "misspelt"])
    def test_a_column_that_must_be_said_is_asked_for_with_those_there_are(self, engine, database, column):
        create_items(database, 20)
        given = relation(database, "select 7 as id, 'x' as kind", "wanted_item")
        given |= {} if column is None else {"column": column}
        said = engine.refusal("touch_items_of_a_source", {"ids": given})
        assert "say which column of wanted_item has the values" in said
        assert "it has id, kind" in said

    def test_a_model_that_is_not_built_is_told_with_the_command_that_builds_it(self, engine, database):
        create_items(database, 20)
        args = {"ids": {"ref": "wanted_item", "column": "id"}}
        assert "dbt build --select wanted_item" in engine.refusal("touch_items_of_a_source", args)


class TestResume:
    @pytest.fixture
    def operation_id(self, engine, database):
        """A run that has a list and has changed nothing yet."""
        create_items(database, 3_000)
        return engine.open("touch_items_of_a_source", {"ids": IDS})["operation_id"]

    def test_the_ledger_keeps_the_number_and_a_digest_of_a_list_instead_of_its_values(
        self, database, operation_id
    ):
        parameters = database.value("select parameters from batch_ops.runs")
        assert parameters["ids"]["records"] == 2_000
        assert len(parameters["ids"]["digest"]) >= 16
        assert len(str(parameters)) < 500

    def test_the_list_need_not_be_given_again(self, engine, database, operation_id):
        engine.run("touch_items_of_a_source", {"operation_id": operation_id})
        assert touched(database) == {0: 1_000, 1: 2_000}

    def test_the_same_list_may_be_given_again(self, engine, database, operation_id):
        engine.run("touch_items_of_a_source", {"operation_id": operation_id, "ids": IDS})
        assert touched(database) == {0: 1_000, 1: 2_000}
        assert_adds_up(newest_run(database), 2_000)

    def test_another_list_is_refused(self, engine, database, operation_id):
        args = {"operation_id": operation_id, "ids": IDS[:-1]}
        said = engine.refusal("touch_items_of_a_source", args)
        assert f"run {operation_id} was opened with other parameters" in said
        assert touched(database) == {0: 3_000}


def test_a_run_keeps_the_rows_that_its_query_gave_when_it_was_opened(engine, database):
    create_items(database, 20)
    database.execute("create table wanted as select 5::bigint as id")
    args = {"ids": {"query": "select id from wanted"}}
    operation_id = engine.open("touch_items_of_a_source", args)["operation_id"]
    database.execute("update wanted set id = 6")
    engine.run("touch_items_of_a_source", {**args, "operation_id": operation_id})
    assert database.rows("select id from item where touched = 1") == [(5,)]
