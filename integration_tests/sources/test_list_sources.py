"""Lists that drive a run: given as they are, as a query or as a model; what becomes of each value."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import EDGES, batch_sizes, relation, staged_tables
from support.engine.statements import open_run
from support.engine.steps import only_step, source_of_newest_run
from support.tables.items import create_items, touched


def give(database, source, query):
    """Hand the values of a query over as a list, a query or a model."""
    if source == "a query":
        return {"query": query}
    if source == "a model":
        return {**relation(database, query, "wanted_item"), "column": "id"}
    return [value for (value,) in database.rows(query)]


@pytest.mark.parametrize("count", EDGES.values(), ids=EDGES.keys())
@pytest.mark.parametrize("source", ["a list", "a query", "a model"])
@pytest.mark.parametrize("operation", ["touch_items_of_a_source", "drop_items_of_a_source"])
def test_exactly_the_listed_rows_are_changed_in_full_batches(dbt, database, operation, source, count):
    create_items(database, 30)
    query = f"select n * 3 as id from generate_series(1, {count}) as n"
    dbt.run_operation(operation, {"ids": give(database, source, query)})
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


def test_a_million_ids_of_a_query_drive_an_update(dbt, database):
    create_items(database, 1_000_500)
    query = "select id from item where id > 500 order by id desc"
    dbt.run_operation("touch_many_items_of_a_source", {"ids": {"query": query}})
    assert touched(database) == {0: 500, 1: 1_000_000}
    run = newest_run(database)
    assert run.records == [20_000] * 50
    assert_adds_up(run, 1_000_000)


@pytest.fixture(scope="class")
def accounted(_dbt, _database, _ledger_template):
    """How a run of a list with everything in it ended; its tests only look at what it has left."""
    _database.recreate(_ledger_template)
    create_items(_database, 20)
    ids = [3, 1, 1, None, 777, 3, 3, -5, None, 777, 20]
    return _dbt.run_operation("touch_items_of_a_source", {"ids": ids})


class TestAccount:
    """What became of every value that was given."""

    @pytest.fixture
    def left(self, _database, accounted):
        return _database

    def test_duplicates_nulls_and_unknown_values_are_in_the_ledger(self, left):
        source = only_step(left).source
        counts = {key: source[key] for key in ("parameter", "given", "duplicates", "nulls", "unknown")}
        assert counts == {"parameter": "ids", "given": 11, "duplicates": 4, "nulls": 2, "unknown": 2}
        assert source["unknown_sample"] == [777, -5]

    def test_they_are_told_on_the_terminal(self, accounted):
        assert "4 of 11 values of ids were given before" in accounted.output
        assert "2 of 11 values of ids are null" in accounted.output
        assert "2 of 11 values of ids are not in the table: 777, -5" in accounted.output

    def test_each_known_value_is_changed_once(self, left):
        assert left.rows("select id from item where touched = 1 order by id") == [(1,), (3,), (20,)]
        assert_adds_up(newest_run(left), 3)


def test_of_a_list_of_known_values_nothing_is_said(dbt, database):
    create_items(database, 20)
    result = dbt.run_operation("touch_items_of_a_source", {"ids": [1, 2]})
    assert "values of ids" not in result.output


def test_the_values_of_a_query_are_counted_too(dbt, database):
    create_items(database, 20)
    query = "values (1), (1), (null), (99)"
    dbt.run_operation("touch_items_of_a_source", {"ids": {"query": query}})
    source = only_step(database).source
    assert [source[key] for key in ("given", "duplicates", "nulls", "unknown")] == [4, 1, 1, 1]


def test_a_list_of_another_column_than_the_key_picks_all_its_rows(dbt, database):
    create_items(database, 100)
    query = "values ('rare'), ('rare'), ('no such kind')"
    dbt.run_operation("touch_items_of_kinds_of_a_source", {"kinds": {"query": query}})
    assert database.rows("select kind, touched, count(*) from item group by 1, 2 order by 1") == [
        ("rare", 1, 10),
        ("usual", 0, 90),
    ]
    assert_adds_up(newest_run(database), 10)
    source = source_of_newest_run(database)
    assert [source[key] for key in ("given", "duplicates", "unknown")] == [3, 1, 1]


def test_a_query_may_give_a_list_that_does_not_drive_the_run(dbt, database):
    create_items(database, 20)
    dbt.run_operation("touch_items_beside_a_source", {"ids": {"query": "select id from item where id > 8"}})
    assert database.value("select array_agg(id order by id) from item where touched = 1") == list(range(1, 9))


class TestQuery:
    @pytest.fixture
    def refused(self, dbt, database):
        """Run an operation that must be refused, and return what was said; nothing may be written."""
        create_items(database, 20)
        before = ledger.contents(database)

        def refused(operation, args):
            result = dbt.run_operation(operation, args, check=False)
            assert result.exit_code == 1, str(result)
            assert touched(database) == {0: 20}
            assert ledger.contents(database) == before
            assert staged_tables(database) == []
            assert "Traceback" not in result.output
            return result.output

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

    def test_a_semicolon_or_a_comment_at_its_end_is_harmless(self, dbt, database):
        create_items(database, 20)
        query = "select id from item where id < 4 -- the first;\n;"
        dbt.run_operation("touch_items_of_a_source", {"ids": {"query": query}})
        assert touched(database) == {0: 17, 1: 3}


class TestModel:
    def test_a_column_of_a_model_that_dbt_has_built_is_a_list(self, dbt, database):
        create_items(database, 20)
        dbt.run("run", "--select", "wanted_item")
        dbt.run_operation("touch_items_of_a_source", {"ids": {"ref": "wanted_item", "column": "id"}})
        changed = database.value("select array_agg(id order by id) from item where touched = 1")
        assert changed == list(range(3, 13))

    def test_of_a_model_with_one_column_it_need_not_be_said(self, dbt, database):
        create_items(database, 20)
        given = relation(database, "select 7 as id", "wanted_item")
        dbt.run_operation("touch_items_of_a_source", {"ids": given})
        assert database.rows("select id from item where touched = 1") == [(7,)]

    @pytest.mark.parametrize("column", [None, "ID"], ids=["not named", "misspelt"])
    def test_a_column_that_must_be_said_is_asked_for_with_those_there_are(self, dbt, database, column):
        create_items(database, 20)
        given = relation(database, "select 7 as id, 'x' as kind", "wanted_item")
        given |= {} if column is None else {"column": column}
        result = dbt.run_operation("touch_items_of_a_source", {"ids": given}, check=False)
        assert result.exit_code == 1
        assert "say which column of wanted_item has the values" in result.output
        assert "it has id, kind" in result.output

    def test_a_model_that_is_not_built_is_told_with_the_command_that_builds_it(self, dbt, database):
        create_items(database, 20)
        args = {"ids": {"ref": "wanted_item", "column": "id"}}
        result = dbt.run_operation("touch_items_of_a_source", args, check=False)
        assert result.exit_code == 1
        assert "dbt build --select wanted_item" in result.output

    def test_a_model_that_the_project_does_not_have_is_told(self, dbt, database):
        create_items(database, 20)
        args = {"ids": {"ref": "no_such_model", "column": "id"}}
        result = dbt.run_operation("touch_items_of_a_source", args, check=False)
        assert result.exit_code == 1
        assert "no_such_model" in result.output
        assert newest_or_none(database) is None


def newest_or_none(database):
    rows = database.rows("select operation_id from batch_ops.runs")
    return rows[0] if rows else None


IDS = list(range(1, 2_001))


class TestResume:
    @pytest.fixture
    def operation_id(self, dbt, database):
        """A run that has a list and has changed nothing yet."""
        create_items(database, 3_000)
        return open_run(dbt, database, "touch_items_of_a_source", {"ids": IDS})

    def test_the_ledger_keeps_the_number_and_a_digest_of_a_list_instead_of_its_values(
        self, database, operation_id
    ):
        parameters = database.value("select parameters from batch_ops.runs")
        assert parameters["ids"]["records"] == 2_000
        assert len(parameters["ids"]["digest"]) >= 16
        assert len(str(parameters)) < 500

    def test_the_list_need_not_be_given_again(self, dbt, database, operation_id):
        dbt.run_operation("touch_items_of_a_source", {"operation_id": operation_id})
        assert touched(database) == {0: 1_000, 1: 2_000}

    def test_the_same_list_may_be_given_again(self, dbt, database, operation_id):
        dbt.run_operation("touch_items_of_a_source", {"operation_id": operation_id, "ids": IDS})
        assert touched(database) == {0: 1_000, 1: 2_000}
        assert_adds_up(newest_run(database), 2_000)

    def test_another_list_is_refused(self, dbt, database, operation_id):
        args = {"operation_id": operation_id, "ids": IDS[:-1]}
        result = dbt.run_operation("touch_items_of_a_source", args, check=False)
        assert result.exit_code == 1
        assert f"run {operation_id} was opened with other parameters" in result.output
        assert touched(database) == {0: 3_000}


def test_a_run_keeps_the_rows_that_its_query_gave_when_it_was_opened(dbt, database):
    create_items(database, 20)
    database.execute("create table wanted as select 5::bigint as id")
    args = {"ids": {"query": "select id from wanted"}}
    operation_id = open_run(dbt, database, "touch_items_of_a_source", args)
    database.execute("update wanted set id = 6")
    dbt.run_operation("touch_items_of_a_source", {**args, "operation_id": operation_id})
    assert database.rows("select id from item where touched = 1") == [(5,)]
