"""Plans to models and exposures: what dbt's documentation and lineage show of operations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from dbt_batch_ops import __version__
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.files import RenderedFile, template_environment
from dbt_batch_ops.spec.watching import LOG_MODEL, METRICS_MODEL, PACKAGE_MODELS

FOLDER = Path("models/batch_ops")
"""Where generated models go, in the dbt project."""

EXPOSURES = FOLDER / "exposures"
"""Where generated exposures go: apart, so that a model may have the name of an operation."""


@cache
def _template(name: str) -> jinja2.Template:
    return template_environment().get_template(f"models/{name}")


def render_models(plans: Iterable[OperationPlan]) -> list[RenderedFile]:
    """Return the models of ``log_table`` and ``metrics_table``: each shows the operations that name it.

    A table that has the name of the package's own model is that model, and needs no other.

    Args:
        plans: The operations.
    """
    shown: dict[tuple[str, str], list[OperationPlan]] = {}
    for plan in plans:
        for model, name in (
            (LOG_MODEL, plan.watching.log_table),
            (METRICS_MODEL, plan.watching.metrics_table),
        ):
            if name is not None and name not in PACKAGE_MODELS:
                shown.setdefault((model, name), []).append(plan)
    return [file for (model, name), own in shown.items() for file in _shown(model, name, own)]


def render_exposures(plans: Iterable[OperationPlan]) -> list[RenderedFile]:
    """Return an exposure for each operation, which links it to the table that it changes and to its runs.

    To the runs in the ledger, which are there whether the package's models are enabled or not.

    Args:
        plans: The operations.
    """
    return [
        RenderedFile(
            EXPOSURES / f"{plan.name}.yml",
            _template("exposure.yml.j2").render(_exposure(plan)) + "\n",
            plan.name,
        )
        for plan in plans
    ]


def _shown(model: str, name: str, plans: Sequence[OperationPlan]) -> list[RenderedFile]:
    what = "Batches" if model == LOG_MODEL else "Metrics"
    names = ", ".join(plan.name for plan in plans)
    view: dict[str, Any] = {
        "version": __version__,
        "spec_paths": jinja_text.comment(
            ", ".join(dict.fromkeys(jinja_text.shown_path(plan.spec_path) for plan in plans))
        ),
        "name": name,
        "model": model,
        "operations": ", ".join(f"'{plan.name}'" for plan in plans),
        "description": jinja_text.string(jinja_text.escape(f"{what} of {names}; columns as in {model}.")),
    }
    return [
        RenderedFile(
            FOLDER / f"{name}{suffix}", _template(f"shown{suffix}.j2").render(view) + "\n", plans[0].name
        )
        for suffix in (".sql", ".yml")
    ]


def _exposure(plan: OperationPlan) -> dict[str, Any]:
    target = plan.target
    names = ", ".join(f"'{name}'" for name in target.names)
    is_node = target.kind in ("source", "ref")
    table = f"{target.kind}({names})" if is_node else ".".join(target.names)
    meaning = plan.description or f"Batch operation {plan.name}."
    changes = f"Changes {table}. Run it with: dbt run-operation {plan.name}"
    text = f"{meaning if meaning.endswith('.') else meaning + '.'} {changes}"
    return {
        "version": __version__,
        "spec_path": jinja_text.shown_path(plan.spec_path),
        "name": plan.name,
        "description": jinja_text.string(jinja_text.escape(text)),
        "owner": jinja_text.string(jinja_text.escape(jinja_text.shown_path(plan.spec_path))),
        "depends_on": [*([table] if is_node else []), "source('batch_ops', 'runs')"],
    }
