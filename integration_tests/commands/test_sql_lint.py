"""The SQL that reaches the database, and the files that are generated, pass sqlfluff.

What counts is the rendered text: the body of a macro that nobody calls is invisible to sqlfluff.
"""

import json

import pytest

from support.commands.lint import lint, lint_rendered, listed
from support.tables.items import create_items
from support.tables.products import create_metrics, create_products, create_shipments
from support.tables.users import create_users

NO_STATEMENTS = ("rows_table", "row_columns", "header_lines", "conversions", "export_columns")


def flatten(name, value):
    """Return the statements in a step's JSON, each under the path of its keys."""
    if isinstance(value, dict):
        value = {key: part for key, part in value.items() if key not in NO_STATEMENTS}
    if not isinstance(value, dict):
        return {name: value} if isinstance(value, str) else {}
    return {
        path: text for key, part in value.items() for path, text in flatten(f"{name}-{key}", part).items()
    }


@pytest.fixture(scope="module")
def stored(_dbt, _database, _ledger_template):
    """Every statement that real runs have stored: of each type and source, with one key and several."""
    _database.recreate(_ledger_template)
    create_users(_database, 5)
    create_items(_database, 5)
    create_products(_database)
    create_metrics(_database)
    create_shipments(_database, 5)
    _database.execute(
        """
        create schema "Old Stock";
        create table "Old Stock"."Order" (
            "select" integer, "Mixed Case" text, "user" integer, "we""ird" text,
            primary key ("select", "Mixed Case")
        );
        """
    )
    for operation, args in {
        "set_status_of_users": {"user_ids": [1, 2], "new_status": "x"},
        "deactivate_absent_users": {"before": "2024-01-01"},
        "touch_rare_items_by_range": {},
        "drop_rare_items": {},
        "touch_listed_items_of_a_kind": {"ids": [1], "kind": "rare"},
        "touch_listed_or_rare_items": {"ids": [1]},
        "note_braces": {},
        "rename_orders": {"Label": "x", "Except": "y"},
        "import_checked_products": {"products": [{"name": "Pen", "price": 1}]},
        "merge_checked_metrics": {"measures": []},
        "merge_daily_metrics": {"measures": []},
        "release_shipments": {},
        "add_and_tag": {"shipments": [{"code": "A"}], "tag": "x"},
        "merge_and_tag": {"shipments": [{"code": "B"}]},
    }.items():
        _dbt.run_operation(operation, args)
    rows = _database.rows("select name || '-' || iterate_by, plan from batch_ops.steps")
    return {path: text for name, statements in rows for path, text in flatten(name, statements).items()}


def test_every_statement_of_a_run_passes(stored, tmp_path):
    assert len(stored) > 100
    assert listed(lint_rendered(tmp_path, stored)) == ""


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sql: sql + "\nand and",
        lambda sql: sql.replace("where", "where true  and", 1),
        lambda sql: "selec 1\n" + sql,
    ],
    ids=["a wrong end", "blanks", "a wrong begin"],
)
def test_garbage_in_one_statement_is_found(stored, tmp_path, spoil):
    spoilt = "rename_orders-range-range-apply-1"
    found = lint_rendered(tmp_path, {spoilt: spoil(stored[spoilt])})
    assert {violation.file for violation in found} == {f"{spoilt}.sql"}


def test_the_ledger_and_the_engine_pass(dbt, empty_database, tmp_path):
    said = dbt.run_operation("print_engine").lines
    (line,) = (line for line in said if line.startswith("statements: "))
    statements = json.loads(line.removeprefix("statements: "))
    assert len(statements) > 30
    engine = {f"engine-{n}": text.strip() for n, text in enumerate(statements)}
    assert listed(lint_rendered(tmp_path, engine)) == ""


@pytest.mark.usefixtures("empty_database")
@pytest.mark.parametrize("templater", ["jinja", "dbt"])
def test_generated_macros_pass_the_default_rules_of(dbt, shared_project, tmp_path, templater):
    config = tmp_path / "sqlfluff.cfg"
    config.write_text(f"[sqlfluff]\ndialect = postgres\ntemplater = {templater}\n")
    generated = shared_project.folder / "macros" / "batch_ops"
    assert len(list(generated.glob("*.sql"))) > 10
    environment = {**dbt._environment, "DBT_TARGET_PATH": str(tmp_path)}
    # A line cannot be broken inside a name: one that is nearly a line long itself is left out.
    files = [str(file) for file in sorted(generated.glob("*.sql")) if len(file.stem) < 50]
    options = ["--config", str(config), *files]
    assert listed(lint(shared_project.folder, *options, environment=environment)) == ""
