"""Which scenarios are run: those of the catalogue, and a project's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dbt_batch_ops.plan.catalogue import scenarios
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.tests import SCENARIO_FOLDER
from dbt_batch_ops.scenarios.own import Own, read_own
from dbt_batch_ops.scenarios.runner import Trial


def select_trials(
    project: Path, plans: Sequence[OperationPlan], *, heading: str | None, only: Sequence[str]
) -> list[Trial]:
    """Return the operations with the scenarios that are wanted; operations without any are left out.

    Args:
        project: The dbt project's folder.
        plans: The operations.
        heading: A text in the headings that are wanted.
        only: Texts, one of which is in the name of a wanted operation or scenario; none for all.

    Raises:
        ScenarioFileError: A file of the project's own scenarios has a mistake.
    """
    own = read_own(project / SCENARIO_FOLDER, _operations(project, plans))
    trials: list[Trial] = []
    for plan in plans:
        its = own.get(plan.name, Own())
        wanted = [
            scenario
            for scenario in (*scenarios(plan), *its.scenarios)
            if _has(scenario.heading, heading)
            and (not only or any(_has(plan.name, text) or _has(scenario.name, text) for text in only))
        ]
        if wanted:
            trials.append(Trial(plan, wanted, its))
    return trials


def _operations(project: Path, plans: Sequence[OperationPlan]) -> list[str]:
    """Return the operations that own files may be about: also those whose specs are not named this time."""
    macros = (project / "macros" / "batch_ops").glob("*.sql")
    return [*dict.fromkeys([*(plan.name for plan in plans), *(path.stem for path in macros)])]


def _has(text: str, part: str | None) -> bool:
    return part is None or part.lower() in text.lower()
