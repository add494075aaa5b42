"""Fixtures of the portable loop on Spark: a Sail server and a project for all tests, tables for each."""

import secrets
from pathlib import Path
from random import Random

import pytest

from support.adapters.sail import Sail
from support.adapters.spark import ACCOUNTS, SparkProject
from support.adapters.spark_client import Client
from support.reference.products import PRODUCTS

pytest_plugins = ["support.selection.plugin"]

SPECS = [*Path(__file__).parent.glob("batch_operations/*.yml"), PRODUCTS]


@pytest.fixture(scope="session")
def sail(tmp_path_factory):
    """A server. A test that kills it starts it again."""
    with Sail(tmp_path_factory.mktemp("sail")) as sail:
        yield sail


@pytest.fixture(scope="session")
def shared_project(tmp_path_factory, sail):
    project = SparkProject(tmp_path_factory.mktemp("dbt") / "project", sail.url)
    for spec in SPECS:
        project.write(f"batch_operations/{spec.name}", spec.read_text())
    project.dbt.run("deps")
    project.generate()
    return project


@pytest.fixture
def project(shared_project):
    """The project, with no tables."""
    shared_project.clear()
    return shared_project


@pytest.fixture
def dbt(project):
    return project.dbt


@pytest.fixture
def client(sail):
    """A session of this test, beside those of dbt."""
    client = Client(sail.url)
    yield client
    client.close()


@pytest.fixture
def account(project, client):
    """Table ``account`` with ids from 0 and ``v`` 0."""
    return client.make_table(
        "account",
        project.tables / "account",
        f"select id, cast(0 as int) as v, concat('name ', id) as name, cast(0 as decimal(10, 2)) as amount,"
        f" timestamp '2020-01-01 00:00:00' as seen_at from range({ACCOUNTS})",
    )


@pytest.fixture
def random(request):
    """A random generator of this test; a failure shows its seed."""
    seed = secrets.token_hex(4)
    request.node.add_report_section("setup", "seed", f"seed {seed}")
    return Random(seed)
