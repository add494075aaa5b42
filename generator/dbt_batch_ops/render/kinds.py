"""The kinds of files that are generated: where each goes, and for which operations a project has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render import files, models
from dbt_batch_ops.render.files import RenderedFile
from dbt_batch_ops.render.output import has_generated
from dbt_batch_ops.render.tests import SCENARIO_FOLDER, TEST_FOLDER, render_tests, test_paths
from dbt_batch_ops.spec.engines import POSTGRES


@dataclass(frozen=True)
class Kind:
    """One kind of generated files.

    Attributes:
        name: What commands call it.
        folders: Where its files are, in the dbt project; nothing else that is generated is there.
        render: Makes the files of some operations.
        on_request: The paths of an operation's files, when it has them only after somebody asked for them.
            From then on they are kept up to date like all others.
        is_of_all: Whether a file may be made of several operations, so that all specs must have been read.
    """

    name: str
    folders: tuple[Path, ...]
    render: Callable[[Iterable[OperationPlan]], list[RenderedFile]]
    on_request: Callable[[OperationPlan], Sequence[Path]] | None = None
    is_of_all: bool = False


MACROS = Kind("macros", (files.FOLDER,), files.render)
MODELS = Kind("models", (models.FOLDER,), models.render_models, is_of_all=True)
EXPOSURES = Kind("exposures", (models.EXPOSURES,), models.render_exposures)
TESTS = Kind("tests", (TEST_FOLDER, SCENARIO_FOLDER), render_tests, on_request=test_paths)
KINDS = (MACROS, MODELS, EXPOSURES, TESTS)
FOLDERS = tuple(folder for kind in KINDS for folder in kind.folders)
"""Where generated files can be."""


def project_files(
    project: Path, plans: Sequence[OperationPlan], *, are_all: bool = True
) -> list[RenderedFile]:
    """Return the files that a project has to have: all but those that nobody asked for.

    Args:
        project: The dbt project's folder.
        plans: The operations.
        are_all: Whether these are all operations of the project, and not those of some specs.
    """
    wanted: list[RenderedFile] = []
    for kind in KINDS:
        if kind.is_of_all and not are_all:
            continue
        wanted.extend(kind.render([plan for plan in plans if _is_asked_for(project, kind, plan)]))
    return wanted


def _is_asked_for(project: Path, kind: Kind, plan: OperationPlan) -> bool:
    # Models, tests and what exposures depend on are PostgreSQL's ledger.
    if kind is not MACROS and plan.engine != POSTGRES:
        return False
    return kind.on_request is None or any(has_generated(project, path) for path in kind.on_request(plan))
