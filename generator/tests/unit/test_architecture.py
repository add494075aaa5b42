"""Data goes one way: spec, sql, plan, render, database, what works on it, cli. No module looks back."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dbt_batch_ops

PACKAGE = Path(dbt_batch_ops.__file__).parent
ORDER = ["spec", "sql", "plan", "render", "database", "dbt_host", "notify", "monitor", "scenarios", "cli"]
MODULES = [path for folder in ORDER for path in sorted((PACKAGE / folder).glob("*.py"))]


def imported_folders(module: Path) -> set[str]:
    """The folders of this package that a module imports from."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dbt_batch_ops."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "dbt_batch_ops":
            names.update(alias.name for alias in node.names if alias.name in ORDER)
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_module_imports_only_what_comes_before_it(module: Path) -> None:
    allowed = set(ORDER[: ORDER.index(module.parent.name) + 1])
    assert imported_folders(module) <= allowed


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_module_is_short_and_says_what_it_is_for(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert text.count("\n") <= 320
    assert module.stem not in ("utils", "common", "helpers", "misc")
