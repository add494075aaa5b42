"""Upserts: a row that is not there is inserted, one that is there is updated, but only when it changes."""

import pytest

from support.database.public_folder import public_folder
from support.engine import ledger
from support.engine.ledger import newest_run
from support.engine.sources import EDGES, batch_sizes, csv_file, records, relation, staged_tables
from support.engine.steps import source_of_newest_run
from support.selection.matrices import crossed
from support.tables.products import create_metrics

METRICS = """
select 'M' || n as code, n * 1.5 as amount, json_build_object('n', n) as payload
from generate_series(1, {count}) as n
"""
CONTENTS = "select code, amount, payload::jsonb from metric order by length(code), code"
VERSIONS = "select code, ctid::text, xmin::text from metric order by code"


@pytest.fixture
def folder():
    """A folder that the server can read."""
    with public_folder() as folder:
        yield folder


@pytest.fixture
def database(database):
    create_metrics(database)
    return database


@pytest.fixture
def merge(engine):
    """Give measures to an operation."""

    def merge(measures, operation="merge_metrics"):
        return engine.complete(operation, {"measures": measures})

    return merge


@crossed(source=["records", "a query", "a model", "a file"], count=EDGES)
def test_every_row_is_there_once_with_its_new_values(engine, merge, database, folder, source, count):
    database.execute(
        "insert into metric (code, amount) select 'M' || n, 0 from generate_series(2, 8, 2) as n"
    )
    kept = database.rows("select id, code from metric order by id")
    query = METRICS.format(count=count)
    if source == "a file":
        args = {"csv_file": csv_file(database, query, folder / "metrics.csv")}
        engine.complete("merge_metric_file", args)
    elif source == "a query":
        merge({"query": query})
    elif source == "a model":
        merge(relation(database, query, "offered_product"))
    else:
        merge(records(database, query))
    expected = database.rows(f"select code, amount, payload::jsonb from ({query}) as given")
    expected += [(f"M{n}", 0, None) for n in range(2, 9, 2) if n > count]
    assert sorted(database.rows(CONTENTS), key=str) == sorted(expected, key=str)
    assert database.rows("select id, code from metric where id <= 4 order by id") == kept
    run = newest_run(database)
    assert run.records == batch_sizes(count)
    assert run.processed_records == count
    assert staged_tables(database) == []


def test_the_conflict_may_be_in_several_columns(merge, database):
    database.execute(
        "insert into metric (day, name, amount) "
        "values ('2024-01-01', 'a', 1), ('2024-01-01', 'b', 1), ('2024-01-02', 'a', 1)"
    )
    given = [
        {"day": "2024-01-01", "name": "a", "amount": 5},
        {"day": "2024-01-02", "name": "a", "amount": 6},
        {"day": "2024-01-02", "name": "b", "amount": 7},
    ]
    merge(given, "merge_daily_metrics")
    assert database.rows("select day::text, name, amount from metric order by day, name") == [
        ("2024-01-01", "a", 5),
        ("2024-01-01", "b", 1),
        ("2024-01-02", "a", 6),
        ("2024-01-02", "b", 7),
    ]


def test_rows_that_would_not_change_are_not_rewritten(merge, database):
    given = records(database, METRICS.format(count=20))
    merge(given)
    before = database.rows(VERSIONS)
    given[4]["amount"] = 99
    merge(given)
    after = database.rows(VERSIONS)
    assert {now[0] for then, now in zip(before, after, strict=True) if then != now} == {"M5"}
    assert newest_run(database).processed_records == 1


@pytest.mark.parametrize(
    ("payload", "rewritten"),
    [({"b": 1, "a": [2, None]}, False), ({"a": [None, 2], "b": 1}, True), (None, True)],
    ids=["in another order", "another value", "null"],
)
def test_a_json_column_is_compared_by_what_it_means(merge, database, payload, rewritten):
    database.execute(
        """insert into metric (code, amount, payload) values ('M1', 1, '{"a": [2, null],  "b": 1}')"""
    )
    before = database.rows(VERSIONS)
    merge([{"code": "M1", "amount": 1, "payload": payload}])
    assert (database.rows(VERSIONS) != before) is rewritten
    assert database.value("select payload::jsonb from metric") == payload


def test_the_last_of_several_rows_with_the_same_key_wins_across_the_borders_of_batches(merge, database):
    given = [{"code": f"M{n % 10}", "amount": n} for n in range(1, 32)]
    merge(given)
    assert database.rows("select code, amount from metric order by code") == [
        ("M0", 30),
        ("M1", 31),
        *((f"M{n}", n + 20) for n in range(2, 10)),
    ]
    source = source_of_newest_run(database)
    assert (source["given"], source["superseded"]) == (31, 21)
    assert newest_run(database).processed_records == 10


def test_null_in_the_conflict_column_is_like_no_other_row(merge, database):
    given = [{"code": None, "amount": 1}, {"code": None, "amount": 2}, {"amount": 3}]
    merge(given)
    merge(given)
    assert database.rows("select amount, count(*) from metric where code is null group by 1 order by 1") == [
        (1, 2),
        (2, 2),
        (3, 2),
    ]


def test_an_upsert_of_nothing_but_the_conflict_column_leaves_rows_that_are_there_alone(merge, database):
    database.execute("insert into metric (code, amount) values ('M1', 1)")
    before = database.rows(VERSIONS)
    merge([{"code": "M1"}, {"code": "M2"}, {"code": "M2"}], "add_missing_metrics")
    assert database.rows("select code, amount from metric order by code") == [("M1", 1), ("M2", None)]
    assert database.rows(VERSIONS)[:1] == before


def test_an_invalid_row_does_not_replace_a_valid_one_before_it(merge, database):
    given = [{"code": "M1", "amount": 5}, {"code": "M1", "amount": -5}]
    merge(given, "merge_checked_metrics")
    assert database.rows("select code, amount from metric") == [("M1", 5)]
    source = source_of_newest_run(database)
    assert (source["invalid"], source["superseded"]) == (1, 0)


def test_without_a_unique_index_on_the_conflict_columns_nothing_is_begun(engine, database):
    database.execute("alter table metric drop constraint metric_code_key")
    before = ledger.contents(database)
    assert "no unique" in engine.refusal("merge_metrics", {"measures": [{"code": "M1", "amount": 1}]})
    assert ledger.contents(database) == before
    assert staged_tables(database) == []
