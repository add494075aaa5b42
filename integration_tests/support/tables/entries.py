"""A table of a name that a test chooses, in the schema ``app``."""

from support.database.database import Database


def create_entries(database: Database, table: str) -> None:
    """Make a table with the keys 1 to 25; its name is SQL."""
    database.execute(
        f"""
        create schema if not exists app;
        create table {table} (id integer primary key, touched integer not null default 0);
        insert into {table} (id) select generate_series(1, 25);
        """
    )
