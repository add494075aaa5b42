"""What the commands share: the dbt project, its specs, and the way from one to the plans."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_batch_ops.cli.engine import project_engine
from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.spec.diagnostics import Diagnostic, Severity
from dbt_batch_ops.spec.read import diagnostics_of, read_specs

SPEC_FOLDER = "batch_operations"
"""Where specs are looked for when none is named."""


@dataclass(frozen=True)
class Result:
    """What the specs of a project came to.

    Attributes:
        files: The specs that were read, as messages show them.
        plans: The operations; empty when there is an error.
        diagnostics: Errors and warnings, in order.
    """

    files: tuple[str, ...]
    plans: tuple[OperationPlan, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return any(diagnostic.severity is Severity.ERROR for diagnostic in self.diagnostics)


def find_project(folder: str) -> Path:
    """Return the folder of a dbt project.

    Args:
        folder: What ``--project-dir`` says.

    Raises:
        ProjectError: It is no dbt project.
    """
    project = Path(folder)
    if not project.is_dir():
        raise ProjectError(f"{folder}: no such folder")
    if not (project / "dbt_project.yml").is_file():
        raise ProjectError(
            f"{folder}: no dbt project here (dbt_project.yml is missing); "
            "change to the project's folder or name it with --project-dir"
        )
    return project


def find_specs(project: Path, named: Sequence[str]) -> list[tuple[Path, str]]:
    """Return the spec files and the paths that messages show: relative to the project, with ``/``.

    Args:
        project: The dbt project's folder.
        named: The specs that the command names, relative to the working directory; none means all of the
            project.

    Raises:
        ProjectError: There is none.
    """
    if named:
        files = [Path(name) for name in named]
    else:
        folder = project / SPEC_FOLDER
        files = sorted(path for pattern in ("*.yml", "*.yaml") for path in folder.glob(pattern))
        if not files:
            raise ProjectError(
                f"no specs found: {SPEC_FOLDER}/*.yml in {project} matches no file; write one, or name it: "
                "dbt-batch-ops generate path/to/spec.yml"
            )
    shown = {_shown(project, file): file for file in files}
    return [(file, path) for path, file in shown.items()]


def _shown(project: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, project)).as_posix()
    except ValueError:  # another drive
        return file.as_posix()


def load(project: Path, named: Sequence[str], engine: str | None = None) -> Result:
    """Read specs and make plans of them.

    Args:
        project: The dbt project's folder.
        named: The specs that the command names; none means all of the project.
        engine: The engine that the command names; ``None`` for that of the project.

    Raises:
        ProjectError: There is no spec, or the project names an engine that is not known.
    """
    target = project_engine(project, engine)
    files = find_specs(project, named)
    specs = read_specs(files)
    plans = build_plans(specs, target)
    result = Result(tuple(path for _, path in files), tuple(plans), tuple(diagnostics_of(specs)))
    return Result(result.files, (), result.diagnostics) if result.failed else result
