"""For each spec of the reference document: tables and functions, what it is given, what it has to leave.

What a spec has to leave is said a second time here, in Python, as a function of the rows that were there
before. Moments within the run are not known beforehand: they read ``DURING_THE_RUN``.

The functions count their calls twice: in a table, as an effect inside the database, and by a sequence,
which no rollback takes back, as an effect outside of it.
"""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from support.database.database import Database

DURING_THE_RUN = "during the run"
Row = dict[str, Any]
Contents = dict[str, list[Row]]

_USERS = """
create table "user" (
    id uuid primary key,
    email text not null unique,
    status text not null,
    updated_at timestamp,
    legacy_id bigint,
    is_admin boolean not null default false,
    last_login_at timestamptz,
    migrated_at timestamptz,
    migration_version text,
    deactivated_at timestamptz,
    deactivation_reason text
);
"""
_PRODUCTS = """
create table category (id bigint primary key);
insert into category values (1), (2), (3);
create table product (
    id bigint generated always as identity primary key,
    name text not null,
    price numeric(10, 2) not null,
    category_id bigint references category,
    category text,
    created_at timestamptz not null default now()
);
insert into product (name, price, category_id, category, created_at)
values ('Old lamp', 19.90, 1, 'light', '2020-01-01'), ('Old chair', 49, null, null, '2021-01-01');
"""
_COUNTED = """
create table call (name text not null);
create function count_call(name text) returns void language plpgsql as $$
begin
    insert into call values (name);
    perform nextval(format('called_%s', name));
end $$;
"""


@dataclass(frozen=True)
class Step:
    """What one step has to do.

    Attributes:
        name: As in the spec.
        batch_size: Rows of a batch at most.
        records: Rows in all.
        has_exact_batches: Whether every batch but the last is full; along a key some rows may not match.
        function: What it calls.
        calls_per_batch: How often it does that for a full batch.
    """

    name: str
    batch_size: int
    records: int
    has_exact_batches: bool = True
    function: str | None = None
    calls_per_batch: int = 1


@dataclass(frozen=True)
class Scenario:
    """One spec with all that it needs.

    Attributes:
        create: Statements that make tables, functions and rows.
        tables: The tables to look at, each with the columns to order by.
        steps: What each step has to do.
        expected: What has to be in the tables, given what was there before.
        arguments: What the operation is given; a folder that the server can read is there for files.
        calls: How often each function has to be called.
        is_confirmed: Whether the run is planned first.
    """

    create: str
    tables: dict[str, str]
    steps: tuple[Step, ...]
    expected: Callable[[Contents], Contents]
    arguments: Callable[[Path], dict[str, Any]] = lambda folder: {}
    calls: dict[str, int] = field(default_factory=dict)
    is_confirmed: bool = False


def contents(database: Database, scenario: Scenario) -> Contents:
    """Return the rows of a scenario's tables without identity columns, moments of the newest run replaced."""
    runs = database.rows(
        """
        select started_at, completed_at, started_at::timestamp, completed_at::timestamp
        from batch_ops.runs where completed_at is not null order by runs.started_at desc limit 1
        """
    )

    def known(value: Any) -> Any:
        if not isinstance(value, datetime) or not runs:
            return value
        first, last = runs[0][:2] if value.tzinfo else runs[0][2:]
        return DURING_THE_RUN if first <= value <= last else value

    found = {}
    for table, order in scenario.tables.items():
        columns = [
            name
            for (name,) in database.rows(
                """
                select attname from pg_attribute
                where attrelid = %s::regclass and attnum > 0 and attidentity = '' order by attnum
                """,
                [f'"{table}"'],
            )
        ]
        rows = database.rows(f'select {", ".join(columns)} from "{table}" order by {order}')
        found[table] = [dict(zip(columns, map(known, row), strict=True)) for row in rows]
    return found


def create(database: Database, scenario: Scenario) -> None:
    """Make a scenario's tables, functions and rows."""
    sequences = "".join(f"create sequence called_{name};" for name in scenario.calls)
    database.execute(sequences + scenario.create)
    database.execute("analyze")


def calls(database: Database, scenario: Scenario) -> dict[str, int]:
    """Return how often each function was called, as far as that is committed."""
    return {
        name: database.value("select count(*) from call where name = %s", [name]) for name in scenario.calls
    }


def calls_outside(database: Database, scenario: Scenario) -> dict[str, int]:
    """Return how often each function was called, whatever became of the transaction."""
    return {
        name: database.value(f"select case when is_called then last_value else 0 end from called_{name}")
        for name in scenario.calls
    }


def differences(found: Contents, expected: Contents) -> dict[str, dict[str, Any]]:
    """Return for each table that is not as expected the first rows that are missing or too many."""
    differing = {}
    for table in found.keys() | expected.keys():
        if found[table] != expected[table]:
            rows = Counter(tuple(row.items()) for row in found[table])
            wanted = Counter(tuple(row.items()) for row in expected[table])
            missing, unexpected = (wanted - rows).elements(), (rows - wanted).elements()
            differing[table] = {
                "rows": len(found[table]),
                "expected": len(expected[table]),
                "missing": [*map(dict, islice(missing, 3))],
                "unexpected": [*map(dict, islice(unexpected, 3))],
            }
    return differing


def changed(rows: list[Row], condition: Callable[[Row], bool], **values: Any) -> list[Row]:
    """Return rows as an update leaves them."""
    return [{**row, **values} if condition(row) else row for row in rows]


# --- bulk_update_user_status -------------------------------------------------------------------------------

LISTED = 250
UNKNOWN = ("00000000-0000-0000-0000-00000000dead", "00000000-0000-0000-0000-00000000beef")


def user_id(number: int) -> str:
    """Return the id of a user: the digits of the number backwards, so that keys have another order."""
    digits = f"{number:032d}"[::-1]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_BULK_UPDATE_USER_STATUS = Scenario(
    create=_USERS
    + """
    insert into "user" (id, email, status, updated_at)
    select
        reverse(lpad(n::text, 32, '0'))::uuid, 'user' || n || '@example.com',
        case mod(n, 3) when 0 then 'pending' when 1 then 'active' else 'closed' end, '2020-01-01'
    from generate_series(1, 300) as n;
    """,
    tables={"user": "id"},
    steps=(Step("bulk_update_user_status", 100, LISTED),),
    arguments=lambda folder: {
        "user_ids": [*map(user_id, range(LISTED, 0, -1)), *UNKNOWN, *map(user_id, range(1, 8))],
        "new_status": "active",
    },
    expected=lambda before: {
        "user": changed(
            before["user"],
            lambda row: row["id"] in {user_id(n) for n in range(1, LISTED + 1)},
            status="active",
            updated_at=DURING_THE_RUN,
        )
    },
)


# --- import_products ---------------------------------------------------------------------------------------


_PRODUCTS_ARRAY = [
    {"name": f"Product {n}", "price": f"{n}.5", "category_id": n % 3 + 1} for n in range(1, 1501)
]


_IMPORT_PRODUCTS = Scenario(
    create=_PRODUCTS,
    # Four workers insert, in an order of their own.
    tables={"product": "created_at > '2022-01-01', price"},
    steps=(Step("import_products", 250, len(_PRODUCTS_ARRAY)),),
    arguments=lambda folder: {"products_array": _PRODUCTS_ARRAY},
    expected=lambda before: {
        "product": before["product"]
        + [
            {
                "name": product["name"],
                "price": Decimal(product["price"]),
                "category_id": product["category_id"],
                "category": None,
                "created_at": DURING_THE_RUN,
            }
            for product in _PRODUCTS_ARRAY
        ]
    },
)


# --- migrate_user_data -------------------------------------------------------------------------------------


def _migrated(before: Contents) -> Contents:
    a_month_ago = datetime.now(timezone.utc) - timedelta(days=30)
    migrated = changed(
        before["user"],
        lambda row: row["legacy_id"] is not None,
        migrated_at=DURING_THE_RUN,
        migration_version="2.0",
    )
    return {
        "user": [
            row
            for row in migrated
            if row["migrated_at"] in (None, DURING_THE_RUN) or row["migrated_at"] >= a_month_ago
        ]
    }


_MIGRATE_USER_DATA = Scenario(
    # 1,040 users come from the old system, 20 of them migrated long ago; so were 1,030 others.
    create=_USERS
    + """
    insert into "user" (id, email, status, legacy_id, migrated_at, migration_version)
    select
        reverse(lpad(n::text, 32, '0'))::uuid, 'user' || n || '@example.com', 'active',
        case when n <= 1040 then n + 70000 end,
        case
            when n <= 20 then '2020-01-01'
            when n between 1041 and 2070 then now() - interval '31 days'
            when n between 2071 and 2100 then now() - interval '29 days'
        end,
        case when n <= 20 or n between 1041 and 2100 then '1.0' end
    from generate_series(1, 2150) as n;
    """,
    tables={"user": "id"},
    steps=(
        Step("validate_data", 500, 1040, has_exact_batches=False),
        Step("update_profiles", 100, 1040),
        Step("cleanup_legacy", 1000, 1030, has_exact_batches=False),
    ),
    expected=_migrated,
)


# --- bulk_approve_orders -----------------------------------------------------------------------------------

APPROVER = 42
MAX_AMOUNT = 450


def _is_approved(order: Row) -> bool:
    amount = order["total_amount"]
    return order["status"] == "pending" and amount is not None and amount <= MAX_AMOUNT


_BULK_APPROVE_ORDERS = Scenario(
    create="""
    create table "order" (
        id bigint primary key,
        status text not null,
        total_amount numeric(12, 2),
        approved_at timestamptz,
        approved_by bigint,
        note text not null
    );
    insert into "order"
    select
        n, case mod(n, 3) when 0 then 'pending' when 1 then 'approved' else 'cancelled' end,
        case when n <> 3 then n * 1.5 end,
        case when mod(n, 3) = 1 then timestamptz '2024-01-01' end, case when mod(n, 3) = 1 then 7 end,
        'order ' || n
    from generate_series(1, 600) as n;
    create table permission (role name not null, permission text not null);
    insert into permission values (current_user, 'approve_orders'), ('nobody', 'approve_invoices');
    create function current_user_has_permission(wanted text) returns boolean stable language sql as $$
        select exists (select from permission where role = current_user and permission.permission = wanted)
    $$;
    create function current_user_id() returns bigint stable language sql as 'select 42::bigint';
    """,
    tables={"order": "id"},
    steps=(Step("bulk_approve_orders", 1000, 99),),
    arguments=lambda folder: {"max_amount": MAX_AMOUNT},
    expected=lambda before: {
        "order": changed(
            before["order"],
            _is_approved,
            status="approved",
            approved_at=DURING_THE_RUN,
            approved_by=APPROVER,
        )
    },
    is_confirmed=True,
)


# --- import_products_csv -----------------------------------------------------------------------------------

_GOOD_LINES: list[tuple[Any, ...]] = [
    ('Cup, "large"', "4.50", "kitchen"),
    ("Ein Stück\nSeife", "0.01", "bath"),
    ("プレート", "12", ""),
    *((f"Product {n}", f"{n}.25", f"category {n % 5}") for n in range(1, 1198)),
]
# What a file has at the numbers of rows (not lines): the values, and the rule that they break.
BAD_ROWS: dict[int, tuple[tuple[str, ...], str]] = {
    2: (("Free sample", "0", "misc"), "price > 0"),
    100: (("", "5", "misc"), "name IS NOT NULL"),
    501: (("Refund", "-3.10", "misc"), "price > 0"),
    700: (("Rug", "cheap", "floor"), 'price: invalid input syntax for type numeric: "cheap"'),
    1100: (("No price", "", "misc"), "price > 0"),
}


def _write_products(folder: Path) -> dict[str, Any]:
    """Write the file as spreadsheet programs do: CRLF, and quotes only where they are needed."""
    lines = list(_GOOD_LINES)
    for number, (values, _) in BAD_ROWS.items():
        lines.insert(number - 1, values)
    file = folder / "products.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([("Product name", "Price", "Category"), *lines])
    file.chmod(0o644)
    return {"csv_file": str(file)}


_IMPORT_PRODUCTS_CSV = Scenario(
    create=_PRODUCTS,
    tables={"product": "id"},
    steps=(Step("import_products_csv", 500, len(_GOOD_LINES), has_exact_batches=False),),
    arguments=_write_products,
    expected=lambda before: {
        "product": before["product"]
        + [
            {
                "name": name,
                "price": Decimal(price),
                "category_id": None,
                "category": category or None,
                "created_at": DURING_THE_RUN,
            }
            for name, price, category in _GOOD_LINES
        ]
    },
)


# --- deactivate_inactive_users -----------------------------------------------------------------------------


def _is_inactive(user: Row) -> bool:
    a_year_ago = datetime.now(timezone.utc) - timedelta(days=365)
    return (
        user["last_login_at"] is not None
        and user["last_login_at"] < a_year_ago - timedelta(days=1)
        and user["status"] == "active"
        and not user["is_admin"]
    )


_DEACTIVATE_INACTIVE_USERS = Scenario(
    create=_USERS
    + """
    insert into "user" (id, email, status, is_admin, last_login_at)
    select
        reverse(lpad(n::text, 32, '0'))::uuid, 'user' || n || '@example.com',
        case when n between 521 and 560 then 'closed' else 'active' end, n between 561 and 580,
        case
            when n <= 260 then now() - interval '13 months'
            when n <= 580 then timestamptz '2019-05-05'
            when n <= 640 then now() - interval '11 months'
        end
    from generate_series(1, 660) as n;
    """,
    tables={"user": "id"},
    steps=(Step("deactivate_inactive_users", 200, 520),),
    expected=lambda before: {
        "user": changed(
            before["user"],
            _is_inactive,
            status="inactive",
            deactivated_at=DURING_THE_RUN,
            deactivation_reason="automated_inactive_cleanup",
        )
    },
    is_confirmed=True,
)


# --- refresh_product_cache ---------------------------------------------------------------------------------

_STALE = range(1, 131)
_FRESH = [(n, f"Product {n}", Decimal(n) + Decimal("0.25")) for n in _STALE if n % 7]
_NEW = [(n + 1000, f"Variant of {n}", Decimal(n)) for n in _STALE if n % 40 == 0]


def _refreshed(before: Contents) -> Contents:
    fresh = {number: {"name": name, "price": price} for number, name, price in _FRESH}
    cache = [
        {**row, **fresh[row["product_id"]], "last_updated": DURING_THE_RUN}
        if row["product_id"] in fresh
        else row
        for row in before["product_cache"]
    ]
    new = [
        {"product_id": number, "name": name, "price": price, "last_updated": DURING_THE_RUN, "hits": 0}
        for number, name, price in _NEW
    ]
    return {"product_cache": cache + new}


_REFRESH_PRODUCT_CACHE = Scenario(
    # The shop no longer knows every seventh product, and answers for every fortieth with a variant as well.
    create=_COUNTED
    + """
    create table product_cache (
        product_id bigint primary key,
        name text not null,
        price numeric(10, 2),
        last_updated timestamptz not null,
        hits integer not null default 0
    );
    insert into product_cache
    select
        n, 'Old name ' || n, n,
        case when n <= 130 then timestamptz '2024-01-01' else now() - interval '59 minutes' end, n * 3
    from generate_series(1, 160) as n;
    create function fetch_product_data_from_api(product_ids bigint[])
    returns table (product_id bigint, name text, price numeric) language plpgsql as $$
    begin
        perform count_call('fetch_product_data_from_api');
        return query
        select asked.id, 'Product ' || asked.id, asked.id + 0.25
        from unnest(product_ids) as asked (id) where mod(asked.id, 7) <> 0
        union all
        select asked.id + 1000, 'Variant of ' || asked.id, asked.id
        from unnest(product_ids) as asked (id) where mod(asked.id, 40) = 0;
    end $$;
    """,
    tables={"product_cache": "product_id"},
    steps=(
        Step("identify_stale", 50, len(_STALE), has_exact_batches=False),
        Step("fetch_fresh_data", 50, len(_STALE), function="fetch_product_data_from_api"),
        Step("update_cache", 50, len(_FRESH) + len(_NEW)),
    ),
    expected=_refreshed,
    calls={"fetch_product_data_from_api": 3},
)


# --- generate_monthly_invoices -----------------------------------------------------------------------------

_CUSTOMERS = range(1, 2101)


def _invoiced(before: Contents) -> Contents:
    return {
        "invoice": before["invoice"]
        + [
            {
                "customer_id": n,
                "month": datetime(2024, 5, 1).date(),
                "amount": Decimal(n) + Decimal("1.50"),
                "status": "pending",
            }
            for n in _CUSTOMERS
        ],
        "document": [{"customer_id": n, "file": f"invoice of customer {n}.pdf"} for n in _CUSTOMERS],
        "notification": [{"customer_id": n} for n in _CUSTOMERS],
    }


_GENERATE_MONTHLY_INVOICES = Scenario(
    # Every customer has used something twice in May; in April some did, and got their invoices then.
    create=_COUNTED
    + """
    create table usage (customer_id bigint not null, day date not null, amount numeric(10, 2) not null);
    insert into usage
    select n, date '2024-05-01' + mod(n, 31)::integer, n from generate_series(1, 2100) as n
    union all
    select n, date '2024-05-31', 1.50 from generate_series(1, 2100) as n
    union all
    select n, date '2024-04-30', 9 from generate_series(1, 30) as n
    union all
    select 5000, date '2024-06-01', 9;
    create table invoice (
        id bigint generated always as identity primary key,
        customer_id bigint not null,
        month date not null,
        amount numeric(10, 2) not null,
        status text not null,
        unique (customer_id, month)
    );
    insert into invoice (customer_id, month, amount, status)
    select n, '2024-04-01', 9, 'paid' from generate_series(1, 30) as n;
    create table document (customer_id bigint not null, file text not null);
    create table notification (customer_id bigint not null);

    create function calculate_customer_usage(month date)
    returns table (customer_id bigint, total_amount numeric) language plpgsql as $$
    begin
        perform count_call('calculate_customer_usage');
        return query
        select usage.customer_id, sum(usage.amount) from usage
        where usage.day >= month and usage.day < month + interval '1 month'
        group by usage.customer_id order by usage.customer_id;
    end $$;
    create function generate_invoice_pdf(invoice_id bigint) returns text language plpgsql as $$
    declare
        customer bigint := (select invoice.customer_id from invoice where invoice.id = invoice_id);
    begin
        perform count_call('generate_invoice_pdf');
        insert into document values (customer, 'invoice of customer ' || customer || '.pdf');
        return 'done';
    end $$;
    create function send_invoice_notifications(invoice_ids bigint[]) returns void language plpgsql as $$
    begin
        perform count_call('send_invoice_notifications');
        insert into notification
        select invoice.customer_id from invoice where invoice.id = any (invoice_ids);
    end $$;
    """,
    tables={"invoice": "id", "document": "customer_id", "notification": "customer_id"},
    steps=(
        Step("calculate_usage", 1000, 1, function="calculate_customer_usage"),
        Step("create_invoices", 1000, len(_CUSTOMERS)),
        Step("generate_pdf", 1000, len(_CUSTOMERS), function="generate_invoice_pdf", calls_per_batch=1000),
        Step("send_notifications", 1000, len(_CUSTOMERS), function="send_invoice_notifications"),
    ),
    arguments=lambda folder: {"target_month": "2024-05-01"},
    expected=_invoiced,
    calls={
        "calculate_customer_usage": 1,
        "generate_invoice_pdf": len(_CUSTOMERS),
        "send_invoice_notifications": 3,
    },
)


SCENARIOS = {
    "bulk_update_user_status": _BULK_UPDATE_USER_STATUS,
    "import_products": _IMPORT_PRODUCTS,
    "migrate_user_data": _MIGRATE_USER_DATA,
    "bulk_approve_orders": _BULK_APPROVE_ORDERS,
    "import_products_csv": _IMPORT_PRODUCTS_CSV,
    "deactivate_inactive_users": _DEACTIVATE_INACTIVE_USERS,
    "refresh_product_cache": _REFRESH_PRODUCT_CACHE,
    "generate_monthly_invoices": _GENERATE_MONTHLY_INVOICES,
}
