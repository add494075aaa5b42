"""Choose the database to work on: the one that the user names, else a private server."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dbt_batch_ops.database.connection import Connection
from dbt_batch_ops.database.server import Server

DSN_VARIABLE = "DBT_BATCH_OPS_DSN"
"""The environment variable in which a user names a database."""


@contextmanager
def open_database(
    dsn: str | None = None, *, folder: Path | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Connection]:
    """Yield a connection to the user's database, or to a private server that ends with the block.

    Args:
        dsn: The user's database; without it the one named by the environment variable ``DBT_BATCH_OPS_DSN``.
        folder: Where a private server keeps its data, or None for a temporary folder.
        settings: Settings of a private server.

    Yields:
        The connection.
    """
    dsn = dsn or os.environ.get(DSN_VARIABLE)
    if dsn:
        yield Connection.from_dsn(dsn)
        return
    with Server(folder, settings=settings) as server:
        yield server.connection
