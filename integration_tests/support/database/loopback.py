"""What workers in the database need: extension dblink, and a foreign server that leads back into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.database.database import Database

SERVER = "batch_ops_loopback"


def create_server(database: Database, *, port: int | None = None, dbname: str | None = None) -> None:
    """Make the extension and the foreign server."""
    options = {"host": database.connection.host, "port": str(port or database.connection.port)}
    options["dbname"] = dbname or database.connection.dbname
    listed = ", ".join(f"{name} '{value}'" for name, value in options.items())
    database.execute(
        f"create extension dblink; create server {SERVER} foreign data wrapper dblink_fdw options ({listed})"
    )


def map_user(database: Database, role: str, password: str) -> None:
    """Let a role use the foreign server, as itself."""
    database.execute(
        f"grant usage on foreign server {SERVER} to {role};"
        f"create user mapping for {role} server {SERVER} options (user '{role}', password '{password}')"
    )


def set_up(database: Database) -> None:
    """Do all of it for the role of the tests."""
    create_server(database)
    map_user(database, database.connection.user, database.connection.password)
