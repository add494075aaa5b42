"""``dbt-batch-ops check``."""

from __future__ import annotations

import difflib
import shlex
from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import engine_option, spec_options

if TYPE_CHECKING:
    from dbt_batch_ops.render.output import FileState


@click.command()
@spec_options
@engine_option
def check(specs: tuple[str, ...], project_dir: str, as_json: bool, engine: str | None) -> int:
    """Fail when generated macros are not what the specs say.

    SPEC are spec files; without any, all of batch_operations/*.yml. Prints a diff of what is stale, missing
    or left over.
    """
    from dbt_batch_ops.cli import project, report
    from dbt_batch_ops.render import output
    from dbt_batch_ops.render.kinds import FOLDERS, project_files

    folder = project.find_project(project_dir)
    result = project.load(folder, specs, engine)
    states: list[output.FileState] = []
    if not result.failed:
        orphans_in = () if specs else FOLDERS
        states = output.compare(
            folder, project_files(folder, result.plans, are_all=not specs), orphans_in=orphans_in
        )
    wrong = [state for state in states if state.state is not output.State.UNCHANGED]
    if as_json:
        diagnostics = report.diagnostics_json(result.diagnostics)
        report.print_json({"diagnostics": diagnostics, "files": report.files_json(states)})
        return int(result.failed or bool(wrong))
    report.print_diagnostics(result.diagnostics)
    report.print_summary(result.diagnostics)
    if result.failed:
        return 1
    for state in wrong:
        click.echo(_diff(state), nl=False)
    if wrong:
        for state in wrong:
            report.print_error(f"{state.path.as_posix()}: {state.state.value}")
        report.print_error(f"macros and specs differ; run: {_command(specs, project_dir, engine)}")
        return 1
    click.echo(f"{report.counted(len(states), 'file')} up to date")
    return 0


def _diff(state: FileState) -> str:
    """Return a unified diff from the file that is there to the one that should be."""
    path = state.path.as_posix()
    before = f"a/{path}" if state.actual else "/dev/null"
    after = f"b/{path}" if state.expected else "/dev/null"
    actual, expected = state.actual.splitlines(keepends=True), state.expected.splitlines(keepends=True)
    lines = difflib.unified_diff(actual, expected, before, after)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _command(specs: tuple[str, ...], project_dir: str, engine: str | None) -> str:
    options = [] if project_dir == "." else ["--project-dir", project_dir]
    options += [] if engine is None else ["--engine", engine]
    return shlex.join(["dbt-batch-ops", "generate", *options, *specs])
