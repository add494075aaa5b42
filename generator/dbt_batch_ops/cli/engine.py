"""Which engine a project's statements are for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.spec.diagnostics import listed, printable, quoted, suggestion
from dbt_batch_ops.spec.document import Location, read_document
from dbt_batch_ops.spec.engines import ENGINES, POSTGRES, shown_engine

VARIABLE = "batch_ops_engine"
"""The variable in ``dbt_project.yml`` that names the engine."""


def project_engine(project: Path, named: str | None) -> str:
    """Return the engine that statements are generated for.

    The profile is not read: CI, which may have another, must come to the same files.

    Args:
        project: The dbt project's folder.
        named: What ``--engine`` says, or ``None``; it wins over the project.

    Raises:
        ProjectError: The project names an engine that is not known.
    """
    if named is not None:
        return named
    document = read_document(project / "dbt_project.yml", "dbt_project.yml")
    found = _variable(document.data)
    if found is None:
        return POSTGRES
    location, value = found
    if value in ENGINES:
        return str(value)
    place = document.position(location)
    near = suggestion(str(value), ENGINES)
    raise ProjectError(
        printable(
            f"dbt_project.yml:{place.line}:{place.column}: {VARIABLE} is {quoted(value)}; it must be one of "
            f"{listed(ENGINES)}{near}"
        )
    )


def require_postgres(plans: Iterable[OperationPlan], what: str) -> None:
    """Refuse what only PostgreSQL has.

    Args:
        plans: The operations.
        what: What is asked for.

    Raises:
        ProjectError: An operation is for another engine.
    """
    other = next((plan.engine for plan in plans if plan.engine != POSTGRES), None)
    if other is not None:
        raise ProjectError(
            f"{what} needs PostgreSQL, and the operations are generated for {shown_engine(other)}; "
            f"change {VARIABLE} in dbt_project.yml, or leave --engine out"
        )


def _variable(data: Any) -> tuple[Location, Any] | None:
    """Return where the variable stands and its value: for the project alone before for every package."""
    variables = data.get("vars") if isinstance(data, dict) else None
    if not isinstance(variables, dict):
        return None
    own = variables.get(data.get("name")) if isinstance(data.get("name"), str) else None
    if isinstance(own, dict) and VARIABLE in own:
        return ("vars", data["name"], VARIABLE), own[VARIABLE]
    return (("vars", VARIABLE), variables[VARIABLE]) if VARIABLE in variables else None
