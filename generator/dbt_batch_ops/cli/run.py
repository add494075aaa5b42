"""``dbt-batch-ops run``."""

from __future__ import annotations

import click

from dbt_batch_ops.cli.options import run_options, workers_option


@click.command()
@run_options
@workers_option
def run(
    operation: str,
    arguments: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    workers: int | None,
) -> int:
    """Run an operation, and pause it on Ctrl-C.

    OPERATION is an operation of the project's specs. dbt run-operation opens the run and shows how far it is.
    One session works on it, or several with --workers, each with a connection of its own. The exit code is
    dbt's.

    Ctrl-C pauses the run: the command ends within a few seconds, and the run can go on. A second Ctrl-C ends
    it at once, which loses nothing either.
    """
    from dbt_batch_ops.cli.dbt_command import parse_arguments
    from dbt_batch_ops.cli.operation import find_operation, worker_count
    from dbt_batch_ops.cli.pausing import run_pausably
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.database.profile import ProfileOptions, check_dbt, connector

    folder = find_project(project_dir)
    plan = find_operation(folder, operation)
    size = worker_count(plan, workers)
    given = parse_arguments(arguments)
    check_dbt()
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    return run_pausably(options, plan, given, connector(options), workers=size)
