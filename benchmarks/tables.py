"""The tables that are changed: always the same rows, whenever and however often they are made."""

from __future__ import annotations

from dataclasses import dataclass

from integration_tests.support.database.database import Database

# No chance of an autovacuum in one measurement and not in the other.
_STORAGE = "with (autovacuum_enabled = off)"
_ACCOUNT_COLUMNS = """
    name text not null,
    email text not null,
    status text not null,
    last_login_at timestamptz not null,
    credits integer not null"""
_ACCOUNT = """
    'Account ' || n,
    'account' || n || '@example.com',
    case when mod(n, 2) = 0 then 'closed' else 'open' end,
    timestamptz '2024-06-01' - make_interval(hours => mod(n, 10000)::int),
    0"""
_RANDOM_UUID = "md5(n::text)::uuid"


@dataclass(frozen=True)
class Table:
    """A table by its definition.

    Attributes:
        name: Its name.
        columns: Its columns, as in ``create table``.
        key: The columns of its primary key.
        row: The values of row ``n``, as SQL. Rows stand in the table in the order of ``n``.
    """

    name: str
    columns: str
    key: str
    row: str

    def create(self, database: Database, rows: int) -> None:
        """Make it, fill it, and leave nothing for the first reader or writer to clean up."""
        database.execute(f"create table {self.name} ({self.columns}, primary key ({self.key})) {_STORAGE}")
        database.execute(
            f"insert into {self.name} select {self.row} from generate_series(1, %s::bigint) as n", [rows]
        )
        database.execute(f"vacuum (analyze) {self.name}")


def _accounts(name: str, key_columns: str, key: str, key_values: str) -> Table:
    return Table(name, f"{key_columns},{_ACCOUNT_COLUMNS}", key, f"{key_values},{_ACCOUNT}")


ACCOUNT = _accounts("account", "id bigint", "id", "n")
"""One ascending number as the key."""

ACCOUNT_BY_UUID = _accounts("account_by_uuid", "id uuid", "id", _RANDOM_UUID)
"""A random key."""

COUNTER = Table("counter", "id bigint, credits integer not null", "id", "n, 0")
"""Nothing but a key and a number."""

PRODUCT = Table(
    "product",
    "id bigint, name text not null, price numeric(10, 2) not null, category text not null",
    "id",
    "2 * n, 'Product ' || 2 * n, 1, 'unsorted'",
)
"""Every second product of a file; what the file says about each is something else."""

PRODUCTS_OF_FILE = """
select
    n as id,
    'Product ' || n as name,
    2 + mod(n, 10000) / 100.0::numeric(10, 2) as price,
    'Category ' || mod(n, 100) as category
from generate_series(1, %s::bigint) as n
"""
"""The rows of a file of products: a header's names and the values."""


def account_by_tenant(tenants: int) -> Table:
    """Return accounts of so many tenants: the tenant leads the key, a random number follows."""
    return _accounts(
        "account_by_tenant",
        "tenant_id bigint, id uuid",
        "tenant_id, id",
        f"mod(n, {tenants}), {_RANDOM_UUID}",
    )
