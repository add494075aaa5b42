"""Lists by ``dbt run-operation``: what is said of their values, and models that dbt has built."""

import pytest

from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import staged_tables
from support.engine.steps import only_step
from support.tables.items import create_items, touched


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

    def test_a_model_that_the_project_does_not_have_is_told(self, dbt, database):
        create_items(database, 20)
        args = {"ids": {"ref": "no_such_model", "column": "id"}}
        result = dbt.run_operation("touch_items_of_a_source", args, check=False)
        assert result.exit_code == 1
        assert "no_such_model" in result.output
        assert database.rows("select operation_id from batch_ops.runs") == []


class TestResume:
    @pytest.fixture
    def operation_id(self, engine, database):
        """A run that has a list of two thousand ids and has changed nothing yet."""
        create_items(database, 3_000)
        return engine.open("touch_items_of_a_source", {"ids": list(range(1, 2_001))})["operation_id"]

    def test_the_same_list_may_be_given_again(self, dbt, database, operation_id):
        args = {"operation_id": operation_id, "ids": list(range(1, 2_001))}
        dbt.run_operation("touch_items_of_a_source", args)
        assert touched(database) == {0: 1_000, 1: 2_000}
        assert_adds_up(newest_run(database), 2_000)

    def test_another_list_is_refused(self, dbt, database, operation_id):
        args = {"operation_id": operation_id, "ids": list(range(1, 2_000))}
        result = dbt.run_operation("touch_items_of_a_source", args, check=False)
        assert result.exit_code == 1
        assert f"run {operation_id} was opened with other parameters" in result.output
        assert touched(database) == {0: 3_000}
