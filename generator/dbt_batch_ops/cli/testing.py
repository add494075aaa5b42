"""``dbt-batch-ops test``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import profile_options, spec_options

if TYPE_CHECKING:
    from pathlib import Path

    from dbt_batch_ops.database.profile import ProfileOptions
    from dbt_batch_ops.plan.model import OperationPlan
    from dbt_batch_ops.scenarios.runner import Place, Trial


@click.command("test")
@spec_options
@profile_options
@click.option("--heading", metavar="TEXT", help="Only scenarios under headings with this text.")
@click.option(
    "-k",
    "--only",
    multiple=True,
    metavar="TEXT",
    help="Only operations and scenarios with this text, or another.",
)
@click.option("--private", is_flag=True, help="Work on a PostgreSQL of its own, which ends with the command.")
@click.option("--keep", is_flag=True, help="Keep the scratch schemas and their runs, to look at them.")
@click.option("--list", "is_list", is_flag=True, help="Show the scenarios and run none.")
def testing(
    specs: tuple[str, ...],
    project_dir: str,
    as_json: bool,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    heading: str | None,
    only: tuple[str, ...],
    private: bool,
    keep: bool,
    is_list: bool,
) -> int:
    """Run the operations on data that is made for them, and report what held.

    SPEC are spec files; without any, all of batch_operations/*.yml. Each operation gets a schema of its own
    in the target's database with a table like its own, and is run there with dbt: whole, with rows that
    fail, killed, by several workers, beyond its limits. Your tables are not written, your functions not
    called; schema and runs are removed at the end.

    The exit code is 0 when all scenarios passed or were skipped, 1 when one failed, 2 for a wrong call.
    """
    from dbt_batch_ops.cli import project, report
    from dbt_batch_ops.cli.engine import require_postgres
    from dbt_batch_ops.cli.errors import ProjectError
    from dbt_batch_ops.cli.testing_report import TestReport
    from dbt_batch_ops.database.profile import ProfileOptions
    from dbt_batch_ops.scenarios.own import ScenarioFileError
    from dbt_batch_ops.scenarios.trials import select_trials

    if private and keep:
        raise click.UsageError("--keep keeps what --private ends; choose one")
    folder = project.find_project(project_dir)
    result = project.load(folder, _without_run(specs))
    report.print_diagnostics(result.diagnostics)
    if result.failed:
        raise ProjectError("nothing is done as long as a spec has an error")
    require_postgres(result.plans, "dbt-batch-ops test")
    _check_macros(folder, result.plans)
    try:
        trials = select_trials(folder, result.plans, heading=heading, only=only)
    except ScenarioFileError as error:
        raise ProjectError(str(error)) from error
    if not trials:
        raise click.UsageError("no scenario is left; --list shows all of them")
    shown = TestReport(as_json=as_json)
    if is_list:
        shown.print_list(trials)
        return 0
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    with _place(options, is_private=private) as place:
        return _run(trials, place, shown, keep=keep)


def _without_run(specs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the specs without a first word ``run``, which the reference document has."""
    return specs[1:] if specs[:1] == ("run",) else specs


def _check_macros(folder: Path, plans: tuple[OperationPlan, ...]) -> None:
    """Refuse macros that are not what their specs say: what is tried would not be what runs later."""
    from dbt_batch_ops.cli.errors import ProjectError
    from dbt_batch_ops.render import files, output

    for state in output.compare(folder, files.render(plans)):
        if state.state is not output.State.UNCHANGED:
            raise ProjectError(
                f"{state.path.as_posix()} is {state.state.value}: it is not what its spec says; "
                "run: dbt-batch-ops generate"
            )


def _run(trials: list[Trial], place: Place, shown: object, *, keep: bool) -> int:
    from dbt_batch_ops.cli.signals import interruptible
    from dbt_batch_ops.cli.testing_report import TestReport
    from dbt_batch_ops.scenarios.runner import run_trials

    assert isinstance(shown, TestReport)
    with interruptible(), shown:
        for outcome in run_trials(trials, place, keep=keep, begins=shown.begins, kept=shown.kept):
            shown.add(outcome)
    shown.print_summary()
    return int(shown.has_failures)


@contextmanager
def _place(options: ProfileOptions, *, is_private: bool) -> Iterator[Place]:
    """Yield where the scenarios run: the target's database, or a server of our own."""
    from dbt_batch_ops.database.profile import ProjectDatabase, check_dbt
    from dbt_batch_ops.scenarios.relations import Relations
    from dbt_batch_ops.scenarios.runner import Place

    check_dbt()
    project_dir = options.project_dir.resolve()
    if is_private:
        import psycopg2

        from dbt_batch_ops.database.server import Server

        with Server() as server:
            url = server.connection.url
            yield Place(
                project=project_dir,
                connect=lambda: psycopg2.connect(url),
                dbt_arguments=(),
                environment=server.connection.environment,
                profile=None,
                is_private=True,
                real=lambda database, plan: None,
            )
        return
    database = ProjectDatabase(options)
    arguments = options.arguments
    without_project = arguments[2:]
    yield Place(
        project=project_dir,
        connect=database.connect,
        dbt_arguments=without_project,
        environment={},
        profile=options.profile,
        is_private=False,
        real=Relations(database.schema, arguments).real,
    )
