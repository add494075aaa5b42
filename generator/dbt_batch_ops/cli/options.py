"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def spec_options(command: Command) -> Command:
    """Add SPEC…, ``--project-dir`` and ``--json`` to a command."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)
    command = click.option(
        "--project-dir",
        default=".",
        show_default=True,
        metavar="FOLDER",
        help="Folder of the dbt project, with dbt_project.yml.",
    )(command)
    return click.argument("specs", nargs=-1, metavar="[SPEC]...")(command)
