"""``dbt-batch-ops load``."""

from __future__ import annotations

import os
import stat
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from dbt_batch_ops.cli.options import file_argument, run_options, workers_option

if TYPE_CHECKING:
    from dbt_batch_ops.database.profile import ProfileOptions, ProjectDatabase
    from dbt_batch_ops.database.upload import CsvFormat

_RESERVED = ("operation_id", "confirm")


@click.command()
@run_options
@workers_option
@file_argument
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of the file.")
@click.option("--null", default="", metavar="TEXT", help="What means null where it is not in quotes.")
@click.option("--quote", default='"', show_default=True, metavar="CHARACTER", help="What quotes values.")
def load(
    operation: str,
    file: str,
    arguments: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    workers: int | None,
    encoding: str,
    null: str,
    quote: str,
) -> int:
    """Send a CSV file to the database and run the operation that reads it.

    OPERATION is an operation with 'data_source: csv_file'. FILE is the CSV file, or - for standard input. Its
    delimiter, and whether it has a header, is in the spec; an empty value is null, "" is an empty text.

    The file is sent with COPY, then dbt run-operation does the work. The exit code is dbt's.

    Ctrl-C pauses the run, which has taken over what it needs of the file.
    """
    from dbt_batch_ops.cli.dbt_command import parse_arguments
    from dbt_batch_ops.cli.operation import csv_format, find_operation, worker_count
    from dbt_batch_ops.cli.pausing import run_pausably
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.cli.signals import interruptible
    from dbt_batch_ops.database.profile import ProfileOptions, ProjectDatabase

    folder = find_project(project_dir)
    plan = find_operation(folder, operation)
    parameter, form = csv_format(plan, quote, null)
    size = worker_count(plan, workers)
    given = parse_arguments(arguments, (*_RESERVED, parameter))
    _check_format(form, encoding)
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    with interruptible(), _opened(file) as binary:
        database = ProjectDatabase(options)
        _prepare_ledger(database, options)
        with _uploaded(database, binary, file, encoding, form) as upload_id:
            given[parameter] = f"upload:{upload_id}"
            return run_pausably(options, plan, given, database.connect, workers=size)


def _check_format(form: CsvFormat, encoding: str) -> None:
    from dbt_batch_ops.database.csv_text import check_encoding

    if len(form.quote) != 1 or not form.quote.isascii() or form.quote in "\r\n\0" + form.delimiter:
        raise click.BadParameter(
            "it must be one ASCII character other than the delimiter", param_hint="--quote"
        )
    if any(character in form.null for character in (form.delimiter, form.quote, "\r", "\n", "\0")):
        raise click.BadParameter(
            "it must have neither the delimiter nor the quote nor a line break", param_hint="--null"
        )
    try:
        check_encoding(encoding)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--encoding") from error


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as binary:
            yield binary


def _prepare_ledger(database: ProjectDatabase, options: ProfileOptions) -> None:
    """Install the ledger where it is missing, and drop what killed programs left behind."""
    from dbt_batch_ops.cli.dbt_command import install_ledger
    from dbt_batch_ops.database.upload import drop_orphans, has_ledger

    with closing(database.connect()) as session:
        is_installed = has_ledger(session)
        if is_installed:
            drop_orphans(session)
    if not is_installed:
        install_ledger(options)


@contextmanager
def _uploaded(
    database: ProjectDatabase, binary: BinaryIO, file: str, encoding: str, form: CsvFormat
) -> Iterator[uuid.UUID]:
    """Send the file; afterwards drop it unless a run has taken it over."""
    from dbt_batch_ops.cli.signals import undisturbed

    upload_id = uuid.uuid4()
    is_sent = False
    try:
        _send(database, binary, file, encoding, form, upload_id)
        is_sent = True
        yield upload_id
    finally:
        with undisturbed():
            _drop(database, upload_id, is_sent=is_sent)


def _send(
    database: ProjectDatabase,
    binary: BinaryIO,
    file: str,
    encoding: str,
    form: CsvFormat,
    upload_id: uuid.UUID,
) -> None:
    from dbt_batch_ops.cli.progress import Progress, size
    from dbt_batch_ops.database.upload import upload

    name = "standard input" if file == "-" else file
    state = os.fstat(binary.fileno())
    total = state.st_size if stat.S_ISREG(state.st_mode) else None
    begun = time.monotonic()
    sent = 0
    with (
        closing(database.connect()) as session,
        Progress(f"sending {name}", total, is_bytes=True) as progress,
    ):

        def show(count: int) -> None:
            nonlocal sent
            sent = count
            progress.show(count)

        records = upload(
            session,
            binary,
            name,
            encoding,
            form,
            upload_id=upload_id,
            connect=database.connect,
            on_progress=show,
        )
    seconds = time.monotonic() - begun
    click.echo(f"{name}: {records:,} row{'s' * (records != 1)}, {size(sent)}, sent in {seconds:.1f} s")


def _drop(database: ProjectDatabase, upload_id: uuid.UUID, *, is_sent: bool) -> None:
    import psycopg2

    from dbt_batch_ops.cli.report import print_error
    from dbt_batch_ops.database.errors import DatabaseError
    from dbt_batch_ops.database.upload import drop_upload

    try:
        with closing(database.connect()) as session:
            drop_upload(session, upload_id)
    except (DatabaseError, psycopg2.Error) as error:
        if is_sent:
            print_error(
                f"warning: the table batch_ops.upload_{upload_id.hex} may be left behind; the next load that "
                f"is more than a day later drops it ({' '.join(str(error).split())})"
            )
