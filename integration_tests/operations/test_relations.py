"""The table that an operation changes, where dbt finds it: a source and a model."""

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.entries import create_entries


def test_a_relation_can_be_a_source(dbt, database):
    create_entries(database, 'app."Account List"')
    dbt.run_operation("touch_source")
    assert database.rows('select touched, count(*) from app."Account List" group by 1') == [(1, 25)]
    assert_adds_up(newest_run(database), 25)


def test_a_relation_can_be_a_model_that_dbt_has_built(dbt, database):
    dbt.run("run", "--select", "customer")
    dbt.run_operation("touch_ref")
    assert database.rows("select touched, count(*) from customer group by 1") == [(1, 25)]
    assert_adds_up(newest_run(database), 25)
