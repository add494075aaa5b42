"""Whatever a value holds, it arrives as data: in the rows, in the ledger, and nowhere else."""

import pytest
import yaml

from support.engine import ledger
from support.tables.items import create_items, create_items_with_key

NASTY = [
    *(
        "'",
        "''",
        '"',
        "`",
        ";",
        "--",
        "/*",
        "*/",
        "\\",
        "\\'",
        "\\\\",
        "'; drop table item; --",
        "' or '1'='1",
    ),
    *(
        "$$",
        "$1",
        "$function$",
        "$batch$",
        "%",
        "%s",
        "%(x)s",
        "%%",
        ":name",
        "?",
        "{",
        "}",
        "{}",
        "{{",
        "}}",
    ),
    *(
        "{{ 7*7 }}",
        "{% raw %}",
        "{% endraw %}",
        "{# comment #}",
        "{{ env_var('PATH') }}",
        "null",
        "NULL",
        "true",
    ),
    *(
        "\u0001",
        "\u001f",
        "\u007f",
        "\u0085",
        "\u00a0",
        "\u2028",
        "\ufeff",
        "\ufffd",
        "\uffff",
        "\t",
        "\r\n",
        "\n",
    ),
    *(
        "ü",
        "ß",
        "日本語",
        "e\u0301",
        "😀",
        "👩‍👩‍👧",
        "\U0010ffff",
        "\u202eright to left\u202c",
        "\u200f",
        "␀",
    ),
    *("\\u0000", "\\n", "\\x41", "&lt;", "[1, 2]", '{"a": 1}', " leading", "trailing ", "", "  "),
]


def as_typed(args):
    """The text of --args; JSON's surrogate pairs are no YAML."""
    return yaml.safe_dump(args, default_flow_style=True, width=float("inf"))


@pytest.fixture(params=["on", "off"])
def conforming(database, request):
    """Both ways in which a server may read backslashes."""
    database.execute(f"alter database test set standard_conforming_strings = {request.param}")
    return database


def test_every_nasty_value_comes_back_equal(dbt, conforming):
    value = "|".join(NASTY)
    create_items(conforming, 3)
    dbt.run_operation("note_items", as_typed({"note": value}))
    assert conforming.rows("select distinct note from item") == [(value,)]
    assert conforming.value("select parameters ->> 'note' from batch_ops.runs") == value


def test_every_nasty_value_in_a_list_is_compared_as_data(dbt, database):
    create_items_with_key(database, {"id": "bigint"})
    for n, value in enumerate(NASTY):
        database.execute("insert into item (id, kind) values (%s, %s)", [n, value])
    database.execute("insert into item (id, kind) values (-1, 'other'), (-2, '49')")
    dbt.run_operation("touch_items_of_listed_kinds", as_typed({"kinds": NASTY}))
    missed = database.rows("select id, kind from item where (touched = 1) is distinct from (id >= 0)")
    assert missed == []


@pytest.mark.parametrize(
    "value", ["x" * 100_000, "'" * 50_000, "\\" * 50_000, "😀" * 25_000], ids=lambda v: v[0]
)
def test_a_hundred_thousand_bytes_come_back_equal(dbt, database, value):
    create_items(database, 1)
    dbt.run_operation("note_items", as_typed({"note": value}))
    assert database.value("select note from item") == value


def test_literals_of_a_spec_arrive_as_they_are_written(dbt, conforming):
    create_items(conforming, 3)
    conforming.execute("update item set note = '{{ never }} {% endraw %} {#' where id = 2")
    dbt.run_operation("note_braces")
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
def test_a_nul_character_is_refused_by_name_in(dbt, database, operation, args):
    create_items(database, 1)
    before = ledger.contents(database)
    result = dbt.run_operation(operation, args, check=False)
    assert result.exit_code == 1
    assert f"parameter {next(iter(args))} contains a NUL character" in result.output
    assert ledger.contents(database) == before


def test_half_a_surrogate_pair_is_refused_and_nothing_is_changed(dbt, database):
    create_items(database, 1)
    result = dbt.run_operation("note_items", r'{note: "a\ud800b"}', check=False)
    assert result.exit_code != 0
    assert database.value("select note from item") == ""
    assert ledger.contents(database)["runs"] == []


@pytest.mark.parametrize("operation_id", ["x'; drop table item; --", "", 7, [1], "{{ 7*7 }}"])
def test_an_operation_id_that_is_none_is_refused(dbt, database, operation_id):
    create_items(database, 1)
    result = dbt.run_operation("note_items", {"operation_id": operation_id}, check=False)
    assert result.exit_code == 1
    assert f"operation_id {operation_id} is not the id of a run" in result.output
    assert database.value("select count(*) from item") == 1
