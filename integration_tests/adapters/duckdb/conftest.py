"""Fixtures of the portable loop on DuckDB: one project for all tests, a database file for each."""

import random as randomness
from pathlib import Path

import pytest

from support.adapters.duckdb import DuckProject
from support.reference.products import PRODUCTS

pytest_plugins = ["support.selection.plugin"]

SPECS = [*Path(__file__).parent.glob("batch_operations/*.yml"), PRODUCTS]


@pytest.fixture(scope="session")
def shared_project(tmp_path_factory):
    project = DuckProject(tmp_path_factory.mktemp("dbt") / "project")
    for spec in SPECS:
        project.write(f"batch_operations/{spec.name}", spec.read_text())
    project.dbt.run("deps")
    project.generate()
    return project


@pytest.fixture
def project(shared_project):
    """The project, with no database."""
    shared_project.clear()
    return shared_project


@pytest.fixture
def dbt(project):
    return project.dbt


@pytest.fixture
def random(request):
    """Random moments that can be repeated: the seed is printed with a failure."""
    seed = randomness.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    return randomness.Random(seed)
