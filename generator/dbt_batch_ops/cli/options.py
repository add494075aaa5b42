"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

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


def run_options(command: Command) -> Command:
    """Add OPERATION, FILE, ``--args`` and what says where dbt finds its project and database to a command."""
    command = click.option(
        "--vars", "variables", metavar="YAML", help="Variables of the project, as for dbt."
    )(command)
    command = click.option("--target", metavar="NAME", help="Target of the profile, as for dbt.")(command)
    command = click.option("--profile", metavar="NAME", help="Profile to use, as for dbt.")(command)
    command = click.option("--profiles-dir", metavar="FOLDER", help="Folder of profiles.yml, as for dbt.")(
        command
    )
    command = _project_dir(command)
    command = click.option(
        "--args", "arguments", metavar="YAML", help="Arguments of the operation, as for dbt run-operation."
    )(command)
    command = click.argument("file", metavar="FILE")(command)
    return click.argument("operation", metavar="OPERATION")(command)
