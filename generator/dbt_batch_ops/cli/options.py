"""Options that several commands have."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from dbt_batch_ops.spec.engines import ENGINES

if TYPE_CHECKING:
    from dbt_batch_ops.database.profile import ProfileOptions

Command = Callable[..., Any]


def _project_dir(command: Command) -> Command:
    return click.option(
        "--project-dir",
        default=".",
        show_default=True,
        metavar="FOLDER",
        help="Folder of the dbt project, with dbt_project.yml.",
    )(command)


def spec_options(command: Command) -> Command:
    """Add SPEC…, ``--project-dir`` and ``--json`` to a command."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)
    command = _project_dir(command)
    return click.argument("specs", nargs=-1, metavar="[SPEC]...")(command)


def engine_option(command: Command) -> Command:
    """Add ``--engine`` to a command."""
    return click.option(
        "--engine",
        type=click.Choice(ENGINES),
        metavar="NAME",
        help="Engine that the statements are for: postgres, duckdb or spark. Default: batch_ops_engine under "
        "vars in dbt_project.yml, else postgres.",
    )(command)


def profile_options(command: Command) -> Command:
    """Add what says where dbt finds its profile to a command."""
    command = click.option(
        "--vars", "variables", metavar="YAML", help="Variables of the project, as for dbt."
    )(command)
    command = click.option("--target", metavar="NAME", help="Target of the profile, as for dbt.")(command)
    command = click.option("--profile", metavar="NAME", help="Profile to use, as for dbt.")(command)
    return click.option("--profiles-dir", metavar="FOLDER", help="Folder of profiles.yml, as for dbt.")(
        command
    )


def database_options(command: Command) -> Command:
    """Add what says where dbt finds its project and database to a command."""
    return _project_dir(profile_options(command))


def run_options(command: Command) -> Command:
    """Add OPERATION, ``--args`` and what says where dbt finds its project and database to a command."""
    command = database_options(command)
    command = click.option(
        "--args", "arguments", metavar="YAML", help="Arguments of the operation, as for dbt run-operation."
    )(command)
    return click.argument("operation", metavar="OPERATION")(command)


def workers_option(command: Command) -> Command:
    """Add ``--workers`` to a command."""
    return click.option(
        "--workers",
        type=click.IntRange(1, 64),
        metavar="N",
        help="Sessions that work on the run. Default: what the spec says (parallel, max_workers), else 1.",
    )(command)


def file_argument(command: Command) -> Command:
    """Add FILE to a command, behind OPERATION when this stands below it."""
    return click.argument("file", metavar="FILE")(command)


def as_typed(command: Sequence[str], options: ProfileOptions) -> str:
    """Return a command line for a person to copy, with the project, profile and target that were named."""
    given = {
        "--project-dir": None if str(options.project_dir) == "." else str(options.project_dir),
        "--profiles-dir": options.profiles_dir,
        "--profile": options.profile,
        "--target": options.target,
        "--vars": options.variables,
    }
    words = [word for name, value in given.items() if value for word in (name, value)]
    return shlex.join(["dbt-batch-ops", *command, *words])
