"""Whatever a value of ``--args`` holds, it arrives as data, through YAML, Jinja and SQL.

The same without dbt's command line is in ``engine/test_injection.py``.
"""

import pytest
import yaml

from support.engine import ledger
from support.selection.matrices import some
from support.tables.items import create_items
from support.tables.nasty_values import LONG, NASTY


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


@pytest.mark.parametrize("value", some(LONG, "'"))
def test_a_hundred_thousand_bytes_come_back_equal(dbt, database, value):
    create_items(database, 1)
    dbt.run_operation("note_items", as_typed({"note": value}))
    assert database.value("select note from item") == value


def test_a_nul_character_is_refused_by_name(dbt, database):
    create_items(database, 1)
    before = ledger.contents(database)
    result = dbt.run_operation("note_items", {"note": "a\0b"}, check=False)
    assert result.exit_code == 1
    assert "parameter note contains a NUL character" in result.output
    assert ledger.contents(database) == before


def test_half_a_surrogate_pair_is_refused_and_nothing_is_changed(dbt, database):
    create_items(database, 1)
    result = dbt.run_operation("note_items", r'{note: "a\ud800b"}', check=False)
    assert result.exit_code != 0
    assert database.value("select note from item") == ""
    assert ledger.contents(database)["runs"] == []


@pytest.mark.parametrize(
    "operation_id",
    some(["x'; drop table item; --", "", 7, [1], "{{ 7*7 }}"], "x'; drop table item; --", "[1]"),
)
def test_an_operation_id_that_is_none_is_refused(dbt, database, operation_id):
    create_items(database, 1)
    result = dbt.run_operation("note_items", {"operation_id": operation_id}, check=False)
    assert result.exit_code == 1
    assert f"operation_id {operation_id} is not the id of a run" in result.output
    assert database.value("select count(*) from item") == 1
