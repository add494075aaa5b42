"""A batch costs the same at the beginning, in the middle and at the end of a run, whatever the planner believes.

Counted in pages and rows, which small tables and slow machines cannot blur.
"""

import pytest

from support.engine import Statements, open_run
from support.items import add_items, create_items_with_key, touched
from support.ledger import assert_adds_up, newest_run

MILLION = 1_000_000
UUID = "lpad(to_hex(n), 32, '0')::uuid"
GROUP = f"case when n <= 500 then 1 when n > {MILLION} - 500 then 3 else 2 end"


def assert_flat(costs, *, at_most):
    """Check that no cost is above a limit, and that they do not grow along the run."""
    buffers = [cost.buffers for cost in costs]
    assert max(buffers) <= at_most
    assert max(buffers[1:]) <= 2 * buffers[0] + 50


@pytest.fixture(scope="module")
def million(_database, _ledger_template):
    """A million items of a composite key; all but a few of them have the same leading value."""
    _database.recreate(_ledger_template)
    create_items_with_key(_database, {"a": "bigint", "b": "uuid"})
    add_items(_database, 1, MILLION, rare_every=1000, keys=(GROUP, UUID))
    _database.execute("vacuum analyze item")
    return _database


def key_of(database, n):
    return list(database.row(f"select {GROUP}, ({UUID})::text from (select {n}::bigint as n) as number"))


def test_full_batches_cost_the_same_all_along_a_million_rows_of_one_leading_value(_dbt, million):
    statements = Statements(million, open_run(_dbt, million, "touch_items_by_1000"))
    starts = [key_of(million, n) for n in (1_000, 250_000, 500_000, 750_000, MILLION - 1_600)]
    ranges = [(lo, statements.next_end(lo, 1_000, 1_000)) for lo in starts]
    assert {(lo[0], hi[0]) for lo, hi in ranges} == {(2, 2)}
    # An update of 1,000 rows of this table touches a few pages for each of them; 15,000 are in the table.
    assert_flat([statements.apply(lo, hi) for lo, hi in ranges], at_most=8_000)
    assert_flat([statements.boundaries(lo, 1_000, 1_000) for lo in starts], at_most=100)


def test_sparse_batches_cost_the_same_all_along_a_run_and_where_the_leading_value_changes(_dbt, million):
    _dbt.run_operation("touch_rare_items_by_range")
    run = newest_run(million)
    assert_adds_up(run, 1_000)
    assert touched(million) == {0: MILLION - 1_000, 1: 1_000}
    assert len(run.batches) <= MILLION / 1_600 + 20

    statements = Statements(million, run.operation_id)
    ranges = [(batch.lo, batch.hi) for batch in run.batches if batch.lo]
    crossing = [(lo, hi) for lo, hi in ranges if lo[0] != hi[0]]
    assert len(crossing) == 2
    within = [ranges[20], ranges[len(ranges) // 2], ranges[-5], ranges[-2]]
    assert_flat([statements.apply(lo, hi) for lo, hi in [*within, *crossing]], at_most=300)
    assert_flat([statements.boundaries(lo, 100, 1_600) for lo, _ in [*within, *crossing]], at_most=300)
    assert statements.apply(None, run.batches[0].hi).buffers <= 300


def test_many_small_groups_cost_no_more_than_one_large_one(dbt, database):
    create_items_with_key(database, {"a": "bigint", "b": "uuid"})
    add_items(database, 1, 100_000, keys=("n / 3", UUID))
    database.execute("vacuum analyze item")
    operation_id = open_run(dbt, database, "touch_items_by_100")
    statements = Statements(database, operation_id)
    starts = [[n, "00000000-0000-0000-0000-000000000000"] for n in (100, 10_000, 20_000, 33_200)]
    ranges = [(lo, statements.next_end(lo, 100, 100)) for lo in starts]
    assert all(lo[0] < hi[0] for lo, hi in ranges)
    assert_flat([statements.apply(lo, hi) for lo, hi in ranges], at_most=1_000)
    assert_flat([statements.boundaries(lo, 100, 100) for lo in starts], at_most=50)


COUNT = 100_000
SETUPS = {
    "bigint": ({"id": "bigint"}, ("n",)),
    "bigint and uuid": ({"a": "bigint", "b": "uuid"}, ("7", UUID)),
}


def load(database, statistics, columns, keys):
    """Fill a table so that the planner knows nothing, something wrong or the truth about it."""
    create_items_with_key(database, columns)
    add_items(database, 1, 10, rare_every=1_000_000, keys=keys)
    if statistics == "wrong":
        database.execute("analyze item")
    add_items(database, 11, COUNT, rare_every=20_000, keys=keys)
    if statistics == "fresh":
        database.execute("analyze item")
    known = database.value("select reltuples from pg_class where relname = 'item'")
    assert known == {"missing": -1, "wrong": 10, "fresh": COUNT}[statistics]


@pytest.mark.parametrize("statistics", ["missing", "wrong", "fresh"])
@pytest.mark.parametrize(("columns", "keys"), SETUPS.values(), ids=SETUPS)
def test_boundary_and_batch_stay_bounded_under_statistics_that_are(dbt, database, statistics, columns, keys):
    load(database, statistics, columns, keys)
    operation_id = open_run(dbt, database, "touch_rare_items_by_range")
    statements = Statements(database, operation_id)
    numbers = [100, COUNT // 2, COUNT - 1_700, COUNT - 1_599, COUNT - 800, COUNT - 150, COUNT - 1]
    expressions = ", ".join(f"({key})::text" for key in keys)
    for n in numbers:
        lo = list(database.row(f"select {expressions} from (select {n}::bigint as n) as number"))
        lo[0] = int(lo[0])
        for size, stride, count in [(100, 100, 1), (100, 100, 16), (100, 800, 1), (100, 1_600, 1)]:
            cost = statements.boundaries(lo, size, stride, count)
            assert cost.buffers <= 300, f"boundary behind {n}, stride {stride}, {count} at once"
        cost = statements.apply(lo, statements.next_end(lo, 100, 1_600))
        assert cost.buffers <= 300, f"batch behind {n}"
        assert cost.rows <= 1_600, f"batch behind {n}"


def test_the_first_batch_of_a_run_is_bounded_under_missing_statistics(dbt, database):
    load(database, "missing", *SETUPS["bigint and uuid"])
    statements = Statements(database, open_run(dbt, database, "touch_items_by_1000"))
    end = statements.next_end(None, 1_000, 1_000)
    assert statements.boundaries(None, 1_000, 1_000).buffers <= 300
    assert statements.apply(None, end).rows <= 1_000


def test_a_batch_of_staged_keys_is_bounded_under_missing_statistics(dbt, database):
    load(database, "missing", *SETUPS["bigint and uuid"])
    database.execute("update item set kind = 'rare' where b between %s and %s", [
        database.value(f"select {UUID} from (select 40001::bigint as n) as number"),
        database.value(f"select {UUID} from (select 60000::bigint as n) as number"),
    ])
    statements = Statements(database, open_run(dbt, database, "touch_rare_items_by_keys"))
    assert statements.upper_bound == [20_004]
    for lo in (0, 10_000, 19_900, 20_000):
        cost = statements.apply([lo], [lo + 100])
        assert cost.rows <= 100
        assert cost.buffers <= 2_000
