"""``dbt-batch-ops report``."""

from __future__ import annotations

from pathlib import Path

import click

from dbt_batch_ops.cli.options import database_options

_SECONDS_PER_STATEMENT = 600.0


@click.command()
@click.argument("operation_id", required=False, metavar="[OPERATION_ID]")
@database_options
@click.option("--html", "file", metavar="FILE", help="Write a page to FILE; '-' is standard output.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def report(
    operation_id: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    file: str | None,
    as_json: bool,
) -> int:
    """Report on one run: what it did, how fast, what went wrong, who worked on it.

    OPERATION_ID is the run, or the first characters of one; without it, the run that was started last.

    With --html it is one page that needs nothing else: it can be opened anywhere, sent and kept.
    """
    from dbt_batch_ops.cli.page_file import check_folder, write_page
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.cli.report import print_json
    from dbt_batch_ops.cli.signals import interruptible
    from dbt_batch_ops.database.errors import DatabaseError
    from dbt_batch_ops.database.profile import ProfileOptions, check_dbt, connector
    from dbt_batch_ops.monitor.finding import find_run, newest_run
    from dbt_batch_ops.monitor.page import render
    from dbt_batch_ops.monitor.reading import Reader
    from dbt_batch_ops.monitor.review import review
    from dbt_batch_ops.monitor.review_tables import print_review, review_json

    if file is not None and as_json:
        raise click.UsageError("--html and --json are two kinds of report; choose one")
    check_dbt()
    options = ProfileOptions(find_project(project_dir), profiles_dir, profile, target, variables)
    if file is not None:
        check_folder(file)
    reader = Reader(connector(options), "dbt-batch-ops report", seconds=_SECONDS_PER_STATEMENT)
    with interruptible():
        try:
            run = newest_run(reader) if operation_id is None else find_run(reader, operation_id)
            if run is None:
                raise DatabaseError("there is nothing to report: the ledger has no run yet")
            found = review(reader, run)
        except KeyboardInterrupt:
            return 130
        finally:
            reader.close()
    if as_json:
        print_json(review_json(found))
    elif file is None:
        print_review(found)
    else:
        write_page(file, render(found))
        if file != "-":
            click.echo(
                f"{file}: run {run} of {found.run['operation']}, {Path(file).stat().st_size / 1000:,.0f} kB"
            )
    return 0
