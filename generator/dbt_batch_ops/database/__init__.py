"""PostgreSQL for the demo and the tests: find one, start a private one, connect to it."""

from dbt_batch_ops.database.binaries import Binaries, find_binaries
from dbt_batch_ops.database.connection import Connection
from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.database.opening import open_database
from dbt_batch_ops.database.server import Server

__all__ = ["Binaries", "Connection", "DatabaseError", "Server", "find_binaries", "open_database"]
