"""Lists as parameters: what a command line can hold, and what is said of a list."""

from support.engine.ledger import assert_adds_up, newest_run
from support.tables.items import create_items, touched


def test_ten_thousand_ids_in_any_order_with_duplicates_and_unknown_ones(dbt, database):
    create_items(database, 20_000)
    ids = [*range(10_000, 0, -1), *range(1, 101), 999_999, -5]
    result = dbt.run_operation("touch_listed_items", {"ids": ids})
    assert "10,000 rows to change" in result.output
    assert database.rows("select touched, min(id), max(id), count(*) from item group by touched") == [
        (0, 10_001, 20_000, 10_000),
        (1, 1, 10_000, 10_000),
    ]
    run = newest_run(database)
    assert run.total_is_exact
    assert run.total_records == 10_000
    assert run.records == [100] * 100
    assert_adds_up(run, 10_000)


def test_an_empty_list_is_said_to_change_nothing(dbt, database):
    create_items(database, 50)
    result = dbt.run_operation("touch_listed_items", {"ids": []})
    assert "completed: 0 rows" in result.output
    assert touched(database) == {0: 50}
