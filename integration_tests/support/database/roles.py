"""A role that is not the owner of everything."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.database.database import Database

NAME = "worker"


@contextmanager
def worker_role(database: Database, target: Path) -> Iterator[dict[str, str]]:
    """Make a role without any privilege; gives the environment in which dbt runs as it.

    Args:
        database: The database of the test.
        target: A folder for dbt's parsed project, which another role's variables would spoil for others.
    """
    database.execute(f"create role {NAME} login password 'w'")
    try:
        yield {"PGUSER": NAME, "PGPASSWORD": "w", "DBT_TARGET_PATH": str(target)}
    finally:
        database.execute(f"drop owned by {NAME} cascade; drop role {NAME}")
