"""``dbt-batch-ops generate``."""

from __future__ import annotations

import click

from dbt_batch_ops.cli.options import spec_options


@click.command()
@spec_options
def generate(specs: tuple[str, ...], project_dir: str, as_json: bool) -> int:
    """Write macros, exposures and models of all operations into the dbt project.

    SPEC are spec files; without any, all of batch_operations/*.yml. Then what was generated for operations
    that are gone is removed, and models of log_table and metrics_table, which operations may share, are
    written. Nothing is written when a spec has an error.
    """
    from dbt_batch_ops.cli import project, report
    from dbt_batch_ops.render import output
    from dbt_batch_ops.render.kinds import FOLDERS, project_files

    folder = project.find_project(project_dir)
    result = project.load(folder, specs)
    states: list[output.FileState] = []
    if not result.failed:
        files = project_files(folder, result.plans, are_all=not specs)
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
