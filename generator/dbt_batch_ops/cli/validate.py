"""``dbt-batch-ops validate``."""

from __future__ import annotations

import click

from dbt_batch_ops.cli.options import engine_option, spec_options


@click.command()
@spec_options
@engine_option
def validate(specs: tuple[str, ...], project_dir: str, as_json: bool, engine: str | None) -> int:
    """Check specs and write nothing.

    SPEC are spec files; without any, all of batch_operations/*.yml.
    """
    from dbt_batch_ops.cli import project, report

    result = project.load(project.find_project(project_dir), specs, engine)
    if as_json:
        operations = [
            {"operation": plan.name, "path": plan.spec_path, "line": plan.line} for plan in result.plans
        ]
        diagnostics = report.diagnostics_json(result.diagnostics)
        report.print_json({"diagnostics": diagnostics, "operations": operations})
        return int(result.failed)
    report.print_diagnostics(result.diagnostics)
    report.print_summary(result.diagnostics)
    if not result.failed:
        operations_text = report.counted(len(result.plans), "operation")
        click.echo(f"{operations_text} in {report.counted(len(result.files), 'spec')}: valid")
    return int(result.failed)
