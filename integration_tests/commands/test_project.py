"""The package in a user's dbt project: it parses without a warning, and all that is public is documented."""

import inspect
import re

import pytest
import yaml

from support.commands.project import REPOSITORY

PUBLIC = sorted(
    [*(REPOSITORY / "macros/operations").glob("*.sql"), *(REPOSITORY / "macros/generic_tests").glob("*.sql")]
)
MACRO = re.compile(r"\{%-?\s*(macro|test)\s+(\w+)\s*\((.*?)\)\s*-?%\}", re.DOTALL)


def public_macros():
    """Return the public macros of the package with their arguments."""
    macros = {}
    for file in PUBLIC:
        for kind, name, arguments in MACRO.findall(file.read_text()):
            if kind == "test":
                # As dbt calls the macro that it makes of it.
                name = f"test_{name}"
            if not name.startswith(("_", "postgres__", "default__", "spark__", "duckdb__")):
                macros[name] = re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", arguments)
    return macros


def documented_macros():
    text = (REPOSITORY / "macros/_macros.yml").read_text()
    return {macro["name"]: macro for macro in yaml.safe_load(text)["macros"]}


def test_the_project_with_generated_files_parses_without_a_warning(dbt, empty_database, tmp_path):
    result = dbt.run(
        "--warn-error", "parse", "--no-partial-parse", environment={"DBT_TARGET_PATH": str(tmp_path)}
    )
    assert not re.search("warn|deprecat", result.output.replace("--warn-error", ""), re.IGNORECASE), str(
        result
    )
    project = yaml.safe_load((dbt.project / "dbt_project.yml").read_text())
    assert project["flags"]["validate_macro_args"] is True


def test_a_wrong_argument_in_generated_documentation_would_be_found(dbt, empty_database, project, tmp_path):
    """That is: the check is really on."""
    file = project.folder / "macros/batch_ops/touch_items_by_7.yml"
    file.write_text(file.read_text().replace("name: dry_run", "name: wet_run"))
    environment = {"DBT_TARGET_PATH": str(tmp_path)}
    result = dbt.run("--warn-error", "parse", "--no-partial-parse", environment=environment, check=False)
    assert result.exit_code != 0
    assert "wet_run" in result.output


def test_there_are_public_macros_to_look_at():
    assert {"run", "install", "status", "cancel"} <= set(public_macros())


@pytest.mark.parametrize("name", public_macros())
def test_a_public_macro_is_documented_with_every_argument(name):
    macro = documented_macros()[name]
    assert macro["description"].strip()
    assert [argument["name"] for argument in macro.get("arguments", [])] == public_macros()[name]
    for argument in macro.get("arguments", []):
        assert argument["description"].strip(), argument["name"]
        assert argument["type"], argument["name"]


def test_no_macro_is_documented_that_is_not_public():
    assert documented_macros().keys() - public_macros().keys() == set()


def test_every_macro_has_a_comment_that_says_what_it_does():
    files = sorted((REPOSITORY / "macros").rglob("*.sql"))
    assert files
    without = [file.name for file in files if not inspect.cleandoc(file.read_text()).startswith("{#")]
    assert without == []
