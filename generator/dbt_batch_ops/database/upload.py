"""Uploads: CSV files that wait in a table of their own for the run that takes them over.

The table, its contents and its row in ``batch_ops.uploads`` appear in one transaction. A run that opens takes
the row away and renames the table; a row that is still there belongs to an upload that nobody uses.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from dbt_batch_ops.database.copy_errors import copy_problem
from dbt_batch_ops.database.copy_source import CopySource
from dbt_batch_ops.database.csv_text import CsvError, CsvText, check_header, first_record
from dbt_batch_ops.database.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg2
    from psycopg2.extensions import connection as Session  # noqa: N812

_MOST_COLUMNS = 1599  # PostgreSQL's 1600, less the number of the row.
_PIECE = 1 << 18


@dataclass(frozen=True)
class CsvFormat:
    """How a CSV file is written.

    Attributes:
        delimiter: What stands between values.
        has_header: Whether the first record names the columns.
        quote: What stands around values.
        null: The unquoted text that means null.
        column_count: Columns of a file that has neither a header nor a row, or ``None`` to refuse it.
    """

    delimiter: str = ","
    has_header: bool = True
    quote: str = '"'
    null: str = ""
    column_count: int | None = None


def has_ledger(session: Session) -> bool:
    """Return whether the ledger with its table of uploads, as this version needs it, is installed."""
    with session.cursor() as cursor:
        cursor.execute(
            "select exists (select 1 from pg_catalog.pg_attribute "
            "where attrelid = pg_catalog.to_regclass('batch_ops.uploads') and attname = 'digest')"
        )
        row = cursor.fetchone()
    session.commit()
    return bool(row and row[0])


def upload(
    session: Session,
    file: BinaryIO,
    name: str,
    encoding: str,
    form: CsvFormat,
    *,
    upload_id: uuid.UUID,
    connect: Callable[[], Session] | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Send a file and commit it; nothing of it stays when that fails.

    Args:
        session: A connection without a transaction.
        file: The file, in binary.
        name: Its name, for messages and for the ledger.
        encoding: Its encoding.
        form: How it is written.
        upload_id: The name of the upload.
        connect: Opens another connection, used to see early that the server has refused a large file.
        on_progress: Told the number of bytes read, now and then.

    Returns:
        The number of its rows.

    Raises:
        DatabaseError: The file is not in order, or the server refuses it.
    """
    import psycopg2
    from psycopg2 import sql

    text = CsvText(file, name, encoding)
    record, begun = first_record(text, form.delimiter, form.quote, is_header=form.has_header)
    if form.has_header:
        check_header(name, record)
    count = len(record) or form.column_count
    if not count:
        raise CsvError(f"{name}: is empty, and has no header either: its columns are not known")
    if count > _MOST_COLUMNS:
        raise CsvError(f"{name}: has {count} columns, and a table can have {_MOST_COLUMNS}")

    source = CopySource(session, text, begun, form.quote, connect, on_progress)
    table = sql.Identifier("batch_ops", f"upload_{upload_id.hex}")
    columns = [sql.Identifier(f"csv_{place}") for place in range(1, count + 1)]
    try:
        with session, session.cursor() as cursor:
            # A role's limit for its queries is not meant for a file of any size.
            cursor.execute("set local statement_timeout = 0")
            typed = sql.SQL(", ").join([sql.SQL("{} text").format(column) for column in columns])
            ordinal = "batch_ordinal bigint generated always as identity (cache 1000)"
            cursor.execute(sql.SQL("create table {} ({}, {})").format(table, sql.SQL(ordinal), typed))
            options = sql.SQL("format csv, freeze true, header {}, delimiter {}, quote {}, null {}").format(
                sql.Literal(form.has_header),
                sql.Literal(form.delimiter),
                sql.Literal(form.quote),
                sql.Literal(form.null),
            )
            copy = sql.SQL("copy {} ({}) from stdin ({})").format(table, sql.SQL(", ").join(columns), options)
            cursor.copy_expert(copy, source, _PIECE)
            records = cursor.rowcount
            cursor.execute(
                "insert into batch_ops.uploads "
                "(upload_id, file_name, columns, column_count, records, digest) "
                "values (%s, %s, %s, %s, %s, %s)",
                [
                    str(upload_id),
                    name,
                    record if form.has_header else None,
                    count,
                    records,
                    _digest(source, form),
                ],
            )
    except psycopg2.Error as error:
        if source.failure is not None:
            raise source.failure from None
        if error.pgcode and error.pgcode.startswith("22"):
            problem = copy_problem(error, name, count, form.delimiter, form.quote, has_header=form.has_header)
            raise CsvError(problem) from error
        raise DatabaseError(_refusal(error)) from error
    return records


def _digest(source: CopySource, form: CsvFormat) -> str:
    """Return what a file is recognised by when it is sent again: its text, and how it is to be read."""
    digest = source.digest.copy()
    digest.update(repr((form.delimiter, form.has_header, form.quote, form.null)).encode())
    return digest.hexdigest()[:16]


def drop_upload(session: Session, upload_id: uuid.UUID) -> bool:
    """Drop an upload that no run has taken over; waits for a run that is just about to.

    Returns:
        Whether it was there.
    """
    return _drop(session, "upload_id = %s", [str(upload_id)]) > 0


def drop_orphans(session: Session) -> int:
    """Drop what killed programs of the same role left behind more than a day ago; return how many."""
    old = "uploaded_by = current_user and uploaded_at < pg_catalog.clock_timestamp() - interval '1 day'"
    unused = f"select upload_id from batch_ops.uploads where {old} for update skip locked"  # noqa: S608
    return _drop(session, f"upload_id in ({unused})")


def _drop(session: Session, condition: str, values: list[str] | None = None) -> int:
    from psycopg2 import sql

    with session, session.cursor() as cursor:
        cursor.execute(f"delete from batch_ops.uploads where {condition} returning upload_id::text", values)  # noqa: S608
        gone = [uuid.UUID(upload_id) for (upload_id,) in cursor.fetchall()]
        for upload_id in gone:
            table = sql.Identifier("batch_ops", f"upload_{upload_id.hex}")
            cursor.execute(sql.SQL("drop table if exists {}").format(table))
    return len(gone)


def _refusal(error: psycopg2.Error) -> str:
    message = str(error.diag.message_primary or error).strip()
    if error.pgcode == "42501":
        message += (
            "; ask the ledger's owner for: GRANT USAGE, CREATE ON SCHEMA batch_ops TO the role, and "
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA batch_ops TO the role"
        )
    return f"the file was not loaded: {message}"
