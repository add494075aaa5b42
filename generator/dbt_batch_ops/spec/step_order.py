"""The order in which steps run: the graph of ``depends_on``."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.work import Step


def ordered(document: Document, steps: Sequence[tuple[Step, Location]]) -> list[int] | None:
    """Return the indexes of steps in the order in which they run.

    A step runs after what it depends on; without ``depends_on``, after the step before it in the file. Among
    the steps that could run next, the first of the file does.

    Args:
        document: The file; unknown names and cycles are added to its diagnostics.
        steps: Every step and where it stands, in the order of the file.

    Returns:
        The order; ``None`` when there is none.
    """
    names = [step.name for step, _ in steps]
    needs: list[list[int]] = []
    complete = True
    for index, (step, location) in enumerate(steps):
        if step.depends_on is None:
            needs.append([index - 1] if index and not document.has((*location, "depends_on")) else [])
            continue
        own: list[int] = []
        for position, name in enumerate(step.depends_on):
            if name in names:
                own.append(names.index(name))
            else:
                complete = False
                _report_unknown(document, (*location, "depends_on"), position, name, names)
        needs.append(own)
    if not complete:
        return None
    order: list[int] = []
    while len(order) < len(steps):
        ready = (i for i in range(len(steps)) if i not in order and set(needs[i]) <= set(order))
        following = next(ready, None)
        if following is None:
            _report_cycle(document, steps, needs, order)
            return None
        order.append(following)
    return order


def _report_unknown(
    document: Document, location: Location, position: int, name: str, names: Sequence[str | None]
) -> None:
    known = [known for known in names if known is not None]
    advice = suggestion(name, known) or f"; the steps are {listed(known)}"
    document.error(document.position((*location, position)), f"no step is named {quoted(name)}{advice}")


def _report_cycle(
    document: Document, steps: Sequence[tuple[Step, Location]], needs: list[list[int]], order: list[int]
) -> None:
    """Record the first cycle: every step that is left waits for another that is left."""
    path = [next(i for i in range(len(steps)) if i not in order)]
    while path[-1] not in path[:-1]:
        path.append(next(i for i in needs[path[-1]] if i not in order))
    cycle = path[path.index(path[-1]) :]
    first = min(cycle)
    start = cycle.index(first)
    turned = [*cycle[start:-1], *cycle[:start], first]
    shown = " -> ".join(steps[i][0].name or "?" for i in turned)
    location = steps[first][1]
    place = document.key_position((*location, "depends_on"))
    document.error(place, f"the steps wait for each other: {shown}; remove one 'depends_on'")
