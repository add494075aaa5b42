"""``dbt-batch-ops generate``."""

from __future__ import annotations

import click

from dbt_batch_ops.cli.options import spec_options


@click.command()
@spec_options
def generate(specs: tuple[str, ...], project_dir: str, as_json: bool) -> int:
    """Write the macros of all operations into macros/batch_ops/ of the dbt project.

    SPEC are spec files; without any, all of batch_operations/*.yml. Then macros whose operation is gone are
    removed. Nothing is written when a spec has an error.
    """
    from dbt_batch_ops.cli import project, report
    from dbt_batch_ops.render import output
    from dbt_batch_ops.render.kinds import FOLDERS, project_files

    folder = project.find_project(project_dir)
    result = project.load(folder, specs)
    states: list[output.FileState] = []
    if not result.failed:
        files = project_files(folder, result.plans)
        states = output.write(folder, files)
        if not specs:
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
