"""``dbt-batch-ops run``."""

from __future__ import annotations

import click

from dbt_batch_ops.cli.options import run_options


@click.command()
@run_options
def run(
    operation: str,
    arguments: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
) -> int:
    """Run an operation, and pause it on Ctrl-C.

    OPERATION is an operation of the project's specs. dbt run-operation does the work. The exit code is dbt's.

    Ctrl-C pauses the run: the command ends within a few seconds, and the run can go on. A second Ctrl-C ends
    it at once, which loses nothing either.
    """
    from dbt_batch_ops.cli.dbt_command import parse_arguments
    from dbt_batch_ops.cli.operation import find_operation
    from dbt_batch_ops.cli.pausing import run_pausably
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.database.profile import ProfileOptions, ProjectDatabase, check_dbt

    folder = find_project(project_dir)
    plan = find_operation(folder, operation)
    given = parse_arguments(arguments)
    check_dbt()
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    return run_pausably(options, plan, given, lambda: ProjectDatabase(options).connect())
