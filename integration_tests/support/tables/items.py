"""The table of ``batch_operations/item.yml``, with any key and any number of rows."""

from support.database.database import Database


def create_items(
    database: Database, count: int, *, rare_every: int = 10, key: str = "n", key_type: str = "bigint"
) -> None:
    """Make the table ``item`` with a key of one column; every so-many-th item is rare.

    Args:
        database: Where.
        count: How many items.
        rare_every: The distance between rare items.
        key: The key of item ``n`` as SQL.
        key_type: Its type, as in a table's definition.
    """
    create_items_with_key(database, {"id": key_type})
    add_items(database, 1, count, rare_every=rare_every, keys=(key,))
    database.execute("analyze item")


def create_items_with_key(database: Database, columns: dict[str, str], *, unlogged: bool = False) -> None:
    """Make the empty table ``item`` with a primary key of these columns."""
    definitions = "".join(f"{name} {type_}, " for name, type_ in columns.items())
    database.execute(
        f"""
        create {"unlogged" if unlogged else ""} table item (
            {definitions}
            kind text not null default 'usual',
            note text not null default '',
            touched integer not null default 0,
            changed_at timestamptz,
            first_seen_at timestamptz,
            primary key ({", ".join(columns)})
        ) with (autovacuum_enabled = off)
        """
    )


def add_items(
    database: Database, first: int, last: int, *, rare_every: int = 10, keys: tuple[str, ...] = ("n",)
) -> None:
    """Insert items; ``keys`` are the key columns of item ``n`` as SQL."""
    database.execute(
        f"""
        insert into item
        select {", ".join(keys)}, case when n % {rare_every} = 0 then 'rare' else 'usual' end
        from generate_series({first}, {last}::bigint) as n
        """
    )


def touched(database: Database) -> dict[int, int]:
    """Return how many items were touched how often."""
    return dict(database.rows("select touched, count(*) from item group by touched"))
