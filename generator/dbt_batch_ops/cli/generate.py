"""``dbt-batch-ops generate`` and ``dbt-batch-ops generate tests``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import engine_option, spec_options

if TYPE_CHECKING:
    from pathlib import Path

    from dbt_batch_ops.cli.project import Result
    from dbt_batch_ops.render.files import RenderedFile

_TESTS = "tests"


@click.command()
@spec_options
@engine_option
def generate(specs: tuple[str, ...], project_dir: str, as_json: bool, engine: str | None) -> int:
    """Write macros, exposures and models of all operations into the dbt project.

    SPEC are spec files; without any, all of batch_operations/*.yml. Then what was generated for operations
    that are gone is removed, and models of log_table and metrics_table, which operations may share, are
    written. Nothing is written when a spec has an error.

    With the word tests before SPEC, dbt tests are written into tests/batch_ops/ and scenarios into
    batch_operations/tests/ as well. From then on they are kept up to date with the macros. (A spec that is
    called so is ./tests.)
    """
    from dbt_batch_ops.cli import project, report
    from dbt_batch_ops.cli.engine import require_postgres
    from dbt_batch_ops.render import output
    from dbt_batch_ops.render.kinds import FOLDERS

    with_tests = specs[:1] == (_TESTS,)
    named = specs[1:] if with_tests else specs
    folder = project.find_project(project_dir)
    result = project.load(folder, named, engine)
    states: list[output.FileState] = []
    if with_tests:
        require_postgres(result.plans, "dbt-batch-ops generate tests")
    if not result.failed:
        files = _files(folder, result, with_tests=with_tests, are_all=not named)
        states = output.write(folder, files)
        if not named:
            states += output.remove_orphans(folder, files, FOLDERS)
    if as_json:
        diagnostics = report.diagnostics_json(result.diagnostics)
        report.print_json({"diagnostics": diagnostics, "files": report.files_json(states)})
        return int(result.failed)
    report.print_diagnostics(result.diagnostics)
    report.print_summary(result.diagnostics)
    if states:
        rows = [(state.operation, state.path.as_posix(), state.state.value) for state in states]
        report.print_table(rows, ("operation", "file", "state"))
    return int(result.failed)


def _files(folder: Path, result: Result, *, with_tests: bool, are_all: bool) -> list[RenderedFile]:
    """Return what the project has to have, with the tests that are asked for now."""
    from dbt_batch_ops.render.kinds import TESTS, project_files

    files = project_files(folder, result.plans, are_all=are_all)
    if with_tests:
        known = {file.path for file in files}
        files += [file for file in TESTS.render(result.plans) if file.path not in known]
    return files
