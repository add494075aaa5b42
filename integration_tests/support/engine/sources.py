"""Rows that a run is given: made once in SQL, then handed over in the way that a test wants."""

import json
from pathlib import Path
from typing import Any

from support.database.database import Database

BATCH_SIZE = 7
EDGES = {"none": 0, "one": 1, "exactly one batch": BATCH_SIZE, "one more than a batch": BATCH_SIZE + 1}
"""Numbers of rows at which something can go wrong, for operations with batches of seven."""


def batch_sizes(count: int, batch_size: int = BATCH_SIZE) -> list[int]:
    """Return the sizes of full batches of so many rows, and of what is left."""
    full, left = divmod(count, batch_size)
    return [batch_size] * full + [left] * (left > 0)


def records(database: Database, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query as a caller would write them in JSON."""
    return [
        json.loads(row) for (row,) in database.rows(f"select to_json(given)::text from ({query}) as given")
    ]


def csv_file(database: Database, query: str, file: Path, options: str = "header") -> str:
    """Write the rows of a query into a CSV file that the server can read, and return its path."""
    with database.session() as session, session.cursor() as cursor, file.open("w") as target:
        cursor.copy_expert(f"copy ({query}) to stdout with (format csv, {options})", target)
    file.chmod(0o644)
    return str(file)


def relation(database: Database, query: str, name: str) -> dict[str, str]:
    """Make the table that a model is for dbt, and return the argument that names it."""
    database.execute(f"create table {name} as {query}")
    return {"ref": name}


def staged_tables(database: Database) -> list[str]:
    """Return the tables that runs have staged and not yet dropped."""
    return [
        name
        for (name,) in database.rows(
            "select relname from pg_class where relnamespace = 'batch_ops'::regnamespace and relkind = 'r' "
            "and relname like any (array['staged%', 'upload\\_%']) order by relname"
        )
    ]
