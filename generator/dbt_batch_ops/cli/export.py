"""``dbt-batch-ops export``."""

from __future__ import annotations

import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import as_typed, file_argument, run_options

if TYPE_CHECKING:
    from dbt_batch_ops.cli.export_file import Purpose
    from dbt_batch_ops.database.profile import ProjectDatabase

_DELIMITER = ","


@click.command()
@run_options
@file_argument
@click.option("--resume", metavar="OPERATION_ID", help="Go on with this run, which has begun to write FILE.")
@click.option("--overwrite", is_flag=True, help="Replace FILE.")
def export(
    operation: str,
    file: str,
    arguments: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    resume: str | None,
    overwrite: bool,
) -> int:
    """Write the rows that an operation selects into a CSV file.

    OPERATION is an operation with 'operation_type: select'. FILE is the CSV file: UTF-8, with a header, its
    rows in the order of the key.

    It may be killed at any moment. Then --resume goes on without repeating or losing a row.
    """
    from dbt_batch_ops.cli.dbt_command import INTERRUPTED, parse_arguments, run_operation
    from dbt_batch_ops.cli.errors import ProjectError
    from dbt_batch_ops.cli.export_file import Purpose, check_file
    from dbt_batch_ops.cli.operation import check_select, find_operation
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.cli.report import print_error
    from dbt_batch_ops.cli.signals import interruptible
    from dbt_batch_ops.database.errors import DatabaseError
    from dbt_batch_ops.database.profile import ProfileOptions, ProjectDatabase

    if resume and overwrite:
        raise click.UsageError("--resume keeps what is in the file, --overwrite does not; choose one")
    operation_id = _operation_id(resume)
    folder = find_project(project_dir)
    check_select(find_operation(folder, operation))
    given = parse_arguments(arguments, ("operation_id", "confirm"))
    purpose = Purpose.RESUME if resume else Purpose.OVERWRITE if overwrite else Purpose.CREATE
    check_file(Path(file), purpose)
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    with interruptible():
        database = ProjectDatabase(options)
        opening = {
            "operation": operation,
            "arguments": given,
            "operation_id": str(operation_id),
            "file_name": str(Path(file).absolute()),
            "resume": purpose is Purpose.RESUME,
        }
        code = run_operation(options, "dbt_batch_ops.open_export", opening)
        if code != 0:
            return code
        click.echo(f"run {operation_id}: exporting to {file}")
        command = as_typed(["export", operation, file, "--resume", str(operation_id)], options)
        go_on = f"to go on:\n  {command}"
        try:
            status, is_closed = _write(database, operation_id, file, purpose)
        except KeyboardInterrupt:
            print_error(f"interrupted; {go_on}")
            return INTERRUPTED
        except (ProjectError, DatabaseError) as error:
            print_error(f"error: {error}\n{go_on}")
            return 1
        except OSError as error:
            print_error(f"error: {file}: {error.strerror or error}\n{go_on}")
            return 1
    if status == "completed":
        return 0
    print_error(f"error: run {operation_id} is {status} before its end" + ("" if is_closed else f"; {go_on}"))
    return 1


def _operation_id(resume: str | None) -> uuid.UUID:
    if resume is None:
        return uuid.uuid4()
    try:
        return uuid.UUID(resume)
    except ValueError:
        raise click.BadParameter(f"'{resume}' is no operation_id", param_hint="--resume") from None


def _write(
    database: ProjectDatabase, operation_id: uuid.UUID, file: str, purpose: Purpose
) -> tuple[str, bool]:
    """Write what is left of an export; return the run's status, and whether it is closed."""
    from dbt_batch_ops.cli.export_file import export_file, flush, header_line
    from dbt_batch_ops.cli.progress import Progress, size
    from dbt_batch_ops.database.export import Export

    with closing(database.connect()) as session:
        running = Export(session, operation_id)
        state = running.begin()
        status, is_closed = state.status, state.is_closed
        if is_closed and status != "completed":
            return status, is_closed
        header = header_line(state.columns, _DELIMITER)
        records, batches = state.records, state.batches
        with (
            export_file(Path(file), purpose, header, state.position) as output,
            Progress(f"exporting to {file}", state.total_records, is_bytes=False) as progress,
        ):
            written = None if is_closed else 0
            while written is not None:
                records += written
                progress.show(records)
                written = running.write_batch(output, _DELIMITER, lambda: flush(output))
                batches += written is not None
            if not is_closed:
                status, is_closed = running.finish()
            length = flush(output)
    rows = f"{records:,} row{'s' * (records != 1)}"
    click.echo(f"{file}: {rows} in {batches:,} batch{'es' * (batches != 1)}, {size(length)}")
    return status, is_closed
