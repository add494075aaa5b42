"""The complete specs of the reference document on a sharded table: done, or refused as the page says."""

import re

import pytest

from support.reference import scenarios
from support.reference.adapter_table import WORKS, check_cell, refused
from support.reference.document import complete_specs, needs_document
from support.reference.manual_test import folder_for_the_server
from support.reference.scenarios import SCENARIOS

pytestmark = needs_document

CONFIRM = re.compile(r"dbt run-operation (\w+) --args '(\{confirm: [0-9a-f-]{36}\})'")


@pytest.fixture
def scenario(request, dbt, _database, _ledger_template, _shards):
    """A spec's tables, the one that it changes partitioned over servers."""
    scenario = SCENARIOS[request.param]
    (entity,) = set(re.findall(r"^ *target_entity: (\w+)$", complete_specs()[request.param], re.MULTILINE))
    _database.recreate(_ledger_template)
    scenarios.create(_database, scenario)
    _shards.connect(_database)
    _shards.spread(_database, entity)
    dbt.run_operation("dbt_batch_ops.install")
    return scenario


@pytest.fixture
def database(_database):
    """The coordinator, with the tables of a spec."""
    return _database


@pytest.mark.parametrize(
    ("operation", "scenario"), [(name, name) for name in SCENARIOS], indirect=["scenario"]
)
def test_a_spec_is_done_or_refused_as_the_page_about_engines_says(operation, scenario, dbt, database):
    before = scenarios.contents(database, scenario)
    with folder_for_the_server() as folder:
        result = dbt.run_operation(operation, scenario.arguments(folder), check=False)
    if scenario.is_confirmed:
        result = dbt.run_operation(*CONFIRM.search(result.output).groups(), check=False)
    check_cell(operation, "PostgreSQL, sharded", seen(database, scenario, before, result))


def seen(database, scenario, before, result):
    """What became of a spec, as a cell has it."""
    after = scenarios.contents(database, scenario)
    if result.exit_code == 0:
        assert scenarios.differences(after, scenario.expected(before)) == {}
        return WORKS
    assert after == before, str(result)
    return refused(*re.findall(r"^ *- (.*)$", result.output, re.MULTILINE))
