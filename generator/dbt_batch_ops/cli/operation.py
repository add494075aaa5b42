"""The operation that a command names: found in the project's specs, and generated as they say."""

from __future__ import annotations

from pathlib import Path

from dbt_batch_ops.cli import project, report
from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.database.upload import CsvFormat
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.sources import CsvSource, csv_position
from dbt_batch_ops.render import output
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.diagnostics import suggestion


def find_operation(folder: Path, name: str) -> OperationPlan:
    """Return the plan of an operation whose macro is up to date.

    Args:
        folder: The dbt project's folder.
        name: The operation.

    Raises:
        ProjectError: There is none of that name, a spec has an error, or the macro is not what the spec says.
    """
    result = project.load(folder, ())
    if result.failed:
        report.print_diagnostics(result.diagnostics)
        raise ProjectError("nothing is done as long as a spec has an error")
    plans = {plan.name: plan for plan in result.plans}
    if name not in plans:
        raise ProjectError(
            f"there is no operation '{name}' in {project.SPEC_FOLDER}/{suggestion(name, plans)}"
        )
    states = output.compare(folder, render([plans[name]]))
    for state in states:
        if state.state is not output.State.UNCHANGED:
            raise ProjectError(
                f"{state.path.as_posix()} is {state.state.value}: it is not what "
                f"{plans[name].spec_path} says; run: dbt-batch-ops generate"
            )
    return plans[name]


def worker_count(plan: OperationPlan, asked: int | None) -> int:
    """Return how many sessions shall work on a run.

    Args:
        plan: The operation.
        asked: What the user asked for, or ``None`` for what the spec says.

    Raises:
        ProjectError: Several were asked for, and the run is one transaction.
    """
    if asked is not None and asked > 1 and plan.error_handling == "rollback_on_any_error":
        raise ProjectError(
            f"'{plan.name}' is one transaction (error_handling: rollback_on_any_error), and a transaction is "
            "one session; leave --workers out"
        )
    return plan.max_workers if asked is None else asked


def csv_format(plan: OperationPlan, quote: str, null: str) -> tuple[str, CsvFormat]:
    """Return the parameter that names the CSV file of an operation, and how the file is written.

    Args:
        plan: The operation.
        quote: What stands around values.
        null: The unquoted text that means null.

    Raises:
        ProjectError: The operation reads no file.
    """
    for step in plan.steps:
        source = step.source
        if isinstance(source, CsvSource):
            count = max((csv_position(field.name) or 0 for field in step.fields), default=0) or None
            form = CsvFormat(
                source.delimiter, source.has_header, quote, null, None if source.has_header else count
            )
            return source.parameter, form
    raise ProjectError(f"'{plan.name}' reads no CSV file: it has no 'data_source: csv_file'")


def check_select(plan: OperationPlan) -> None:
    """Refuse an operation that selects nothing to be exported.

    Raises:
        ProjectError: It is of another type.
    """
    if plan.has_steps or plan.steps[0].operation_type != "select":
        kind = "has steps" if plan.has_steps else f"is of type {plan.steps[0].operation_type}"
        raise ProjectError(f"'{plan.name}' {kind}, and an export needs operation_type: select")
