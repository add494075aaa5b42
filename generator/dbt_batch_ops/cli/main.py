"""Entry point of the command line."""

from __future__ import annotations

import sys

import click

from dbt_batch_ops import __version__
from dbt_batch_ops.cli.check import check
from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.cli.export import export
from dbt_batch_ops.cli.generate import generate
from dbt_batch_ops.cli.load import load
from dbt_batch_ops.cli.notify import notify
from dbt_batch_ops.cli.report import print_error
from dbt_batch_ops.cli.run import run
from dbt_batch_ops.cli.run_report import report
from dbt_batch_ops.cli.schema import schema
from dbt_batch_ops.cli.testing import testing
from dbt_batch_ops.cli.validate import validate
from dbt_batch_ops.cli.watch import watch
from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.dbt_host.errors import DbtError


@click.group()
@click.version_option(__version__, prog_name="dbt-batch-ops", message="%(prog)s %(version)s")
def cli() -> None:
    """Turn batch operation specs into dbt macros, run them, and move files in and out of their runs."""


for _command in (generate, validate, check, schema, run, load, export, notify, watch, report, testing):
    cli.add_command(_command)


def main() -> None:
    """Run the command line and end the process.

    The exit code is 0 for success, 1 for a mistake in a spec, project or file, 2 for a wrong call, and 130
    when it was interrupted. ``run`` and ``load`` pass the exit code of dbt on.
    """
    try:
        code = cli.main(prog_name="dbt-batch-ops", standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.exceptions.Exit as error:
        code = error.exit_code
    except (ProjectError, DatabaseError, DbtError) as error:
        print_error(f"error: {error}")
        code = 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print_error(f"error: {where}{error.strerror or error}")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)
