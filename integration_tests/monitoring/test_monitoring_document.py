"""The queries of docs/monitoring.md and of the dashboard run on the models of real runs."""

import json
import re

import pytest

from support.commands.project import REPOSITORY
from support.tables.items import create_items

_DOCUMENT = (REPOSITORY / "docs" / "monitoring.md").read_text(encoding="utf-8")
_QUERIES = re.findall(r"```sql\n(.*?)```", _DOCUMENT, re.DOTALL)
_DASHBOARD = json.loads((REPOSITORY / "docs" / "dashboards" / "grafana.json").read_text(encoding="utf-8"))
_PANELS = {panel["title"]: panel["targets"][0]["rawSql"] for panel in _DASHBOARD["panels"]}
_VARIABLES = {entry["name"]: entry.get("query", "") for entry in _DASHBOARD["templating"]["list"]}


def as_sent(query):
    """A query as the dashboard sends it, with its variables and its time range filled in."""
    query = query.replace("${schema}", _VARIABLES["schema"])
    query = query.replace("${operation:sqlstring}", "'touch_items_and_tell','touch_items_by_7'")
    return re.sub(r"\$__timeFilter\((\w+)\)", r"\1 between now() - interval '1 hour' and now()", query)


@pytest.fixture(scope="module")
def watched(_dbt, _database, _ledger_template):
    """The models of a run that was measured and of one that met a row which cannot be changed."""
    _database.recreate(_ledger_template)
    create_items(_database, 25)
    _dbt.run_operation("touch_items_and_tell")
    _database.execute("alter table item add constraint fixed check (id <> 9 or touched < 2)")
    _dbt.run_operation("touch_items_by_7", check=False)
    _dbt.run("run", "--select", "package:dbt_batch_ops")
    _database.save_as_template("template_with_models")
    return "template_with_models"


@pytest.fixture
def models(watched, _database):
    _database.recreate(watched)
    return _database


@pytest.mark.parametrize("query", _QUERIES, ids=range(len(_QUERIES)))
def test_every_query_of_the_document_runs(models, query):
    with models.session() as session, session.cursor() as cursor:
        cursor.execute(query)
        assert cursor.description is None or cursor.rowcount >= 0


@pytest.mark.parametrize("title", _PANELS)
def test_every_panel_of_the_dashboard_has_something_to_show(models, title):
    rows = models.rows(as_sent(_PANELS[title]))
    assert rows, title
    assert "$" not in as_sent(_PANELS[title])


def test_the_dashboard_offers_the_operations_that_ran(models):
    assert models.rows(as_sent(_VARIABLES["operation"])) == [("touch_items_and_tell",), ("touch_items_by_7",)]


def test_panels_do_not_overlap():
    taken = set()
    for panel in _DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
