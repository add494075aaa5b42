"""Rows of a CSV file, checked and written in batches, against COPY and one statement."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import psycopg2

from benchmarks.measurement import Pair
from benchmarks.tables import PRODUCT, PRODUCTS_OF_FILE
from benchmarks.workbench import Workbench
from dbt_batch_ops.database.upload import CsvFormat, upload

_PIECE = 1 << 18
_INSERT = """
insert into product (id, name, price, category)
select id::bigint, name, price::numeric, category
from loaded
"""
_UPSERT = """
insert into product as target (id, name, price, category)
select csv_1::bigint, csv_2, csv_3::numeric, csv_4
from batch_ops.upload_{hex}
on conflict (id) do update
set name = excluded.name, price = excluded.price, category = excluded.category
where (target.name, target.price, target.category)
    is distinct from (excluded.name, excluded.price, excluded.category)
"""


def insert(workbench: Workbench) -> Pair:
    r"""Insert the rows of a file that holds no bad ones; by ``\copy`` and one ``insert`` with casts."""
    rows = workbench.rows
    file = _file(workbench)

    def copy_and_insert(session: Any) -> int:
        with session.cursor() as cursor:
            cursor.execute("create table loaded (id text, name text, price text, category text)")
            with file.open("rb") as binary:
                cursor.copy_expert("copy loaded from stdin with (format csv, header)", binary, _PIECE)
            cursor.execute(_INSERT)
            return int(cursor.rowcount)

    workbench.lay_out(PRODUCT, 0)
    baseline = workbench.time(copy_and_insert, rows)
    workbench.lay_out(PRODUCT, 0)
    upload_id = uuid.uuid4()
    sent = workbench.time(lambda session: _upload(session, workbench, file, upload_id), rows)
    run, _ = workbench.run_operation("import_products", rows, _arguments(upload_id))
    return Pair(sent + run, baseline)


def upsert(workbench: Workbench) -> Pair:
    """Write staged rows over a table that has every second of them, all in need of a change."""
    rows = workbench.rows
    statement = _UPSERT.format(hex=_lay_out_and_stage(workbench).hex)
    baseline = workbench.run_statement(statement, rows)
    upload_id = _lay_out_and_stage(workbench)
    measured, _ = workbench.run_operation("refresh_products", rows, _arguments(upload_id))
    return Pair(measured, baseline)


def _lay_out_and_stage(workbench: Workbench) -> uuid.UUID:
    upload_id = uuid.uuid4()
    file = _file(workbench)
    workbench.lay_out(PRODUCT, workbench.rows // 2)
    with workbench.database.session() as session:
        _upload(session, workbench, file, upload_id)
    workbench.database.execute("checkpoint")
    return upload_id


def _arguments(upload_id: uuid.UUID) -> dict[str, str]:
    return {"csv_file": f"upload:{upload_id}"}


def _upload(session: Any, workbench: Workbench, file: Path, upload_id: uuid.UUID) -> int:
    """Send the file as ``dbt-batch-ops load`` does."""
    with file.open("rb") as binary:
        return upload(
            session,
            binary,
            file.name,
            "utf-8",
            CsvFormat(),
            upload_id=upload_id,
            connect=lambda: psycopg2.connect(workbench.database.connection.url),
        )


def _file(workbench: Workbench) -> Path:
    """Return the file, which the first one to ask for it writes."""
    file = workbench.folder / "products.csv"
    if not file.exists():
        with workbench.database.session() as session, session.cursor() as cursor, file.open("wb") as binary:
            rows = cursor.mogrify(PRODUCTS_OF_FILE, [workbench.rows]).decode()
            cursor.copy_expert(f"copy ({rows}) to stdout with (format csv, header)", binary, _PIECE)
    return file
