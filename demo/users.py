"""The demo's table of users."""

from pathlib import Path
from typing import Any


def load_users(cursor: Any, rows: int) -> None:
    """Make the table and fill it, on the server.

    Args:
        cursor: A psycopg2 cursor that commits by itself.
        rows: How many users.
    """
    script = Path(__file__).with_name("users.sql").read_text().replace(":rows", str(rows))
    for statement in script.split(";\n"):
        if statement.strip():
            cursor.execute(statement)


def choose_ids(cursor: Any, count: int) -> list[int]:
    """Return the ids of that many users, spread over all of them and in no order."""
    pending = """select id from public."user" where status = 'pending' order by hashint8(id) limit %s"""
    cursor.execute(pending, [count])
    return [row[0] for row in cursor.fetchall()]
