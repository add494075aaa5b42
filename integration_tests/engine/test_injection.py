"""Whatever a value holds, it arrives as data: in the rows, in the ledger, and nowhere else."""

import pytest

from support.engine import ledger
from support.tables.items import create_items, create_items_with_key
from support.tables.nasty_values import LONG, NASTY


@pytest.fixture(params=["on", "off"])
def conforming(database, request):
    """Both ways in which a server may read backslashes."""
    database.execute(f"alter database test set standard_conforming_strings = {request.param}")
    return database


def test_every_nasty_value_comes_back_equal(engine, conforming):
    value = "|".join(NASTY)
    create_items(conforming, 3)
    engine.complete("note_items", {"note": value})
    assert conforming.rows("select distinct note from item") == [(value,)]
    assert conforming.value("select parameters ->> 'note' from batch_ops.runs") == value


def test_every_nasty_value_in_a_list_is_compared_as_data(engine, database):
    create_items_with_key(database, {"id": "bigint"})
    for n, value in enumerate(NASTY):
        database.execute("insert into item (id, kind) values (%s, %s)", [n, value])
    database.execute("insert into item (id, kind) values (-1, 'other'), (-2, '49')")
    engine.complete("touch_items_of_listed_kinds", {"kinds": NASTY})
    missed = database.rows("select id, kind from item where (touched = 1) is distinct from (id >= 0)")
    assert missed == []


@pytest.mark.parametrize("value", LONG.values(), ids=LONG)
def test_a_hundred_thousand_bytes_come_back_equal(engine, database, value):
    create_items(database, 1)
    engine.complete("note_items", {"note": value})
    assert database.value("select note from item") == value


def test_literals_of_a_spec_arrive_as_they_are_written(engine, conforming):
    create_items(conforming, 3)
    conforming.execute("update item set note = '{{ never }} {% endraw %} {#' where id = 2")
    engine.complete("note_braces")
    literal = """{{ 7*7 }} {% raw %} {# c #} it's "$$" \\ %s %(x)s -- ; {"""
    expected = [(literal,), ("{{ never }} {% endraw %} {#",), (literal,)]
    assert conforming.rows("select note from item order by id") == expected


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        ("note_items", {"note": "a\0b"}),
        ("touch_items_of_listed_kinds", {"kinds": ["fine", "a\0b"]}),
    ],
    ids=["a value", "an element of a list"],
)
def test_a_nul_character_is_refused_by_name_in(engine, database, operation, args):
    create_items(database, 1)
    before = ledger.contents(database)
    assert f"parameter {next(iter(args))} contains a NUL character" in engine.refusal(operation, args)
    assert ledger.contents(database) == before
