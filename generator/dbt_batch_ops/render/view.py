"""A plan as the strings that templates print."""

from __future__ import annotations

import textwrap
from typing import Any

from dbt_batch_ops import __version__
from dbt_batch_ops.plan.fingerprint import fingerprint
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.definition import definition, preconditions_name
from dbt_batch_ops.render.documentation import argument_documentation, internal_macros
from dbt_batch_ops.render.jinja_text import WIDEST_LINE
from dbt_batch_ops.render.statements import checked, statements_view


def operation_view(plan: OperationPlan) -> dict[str, Any]:
    """Return what the templates of one operation print.

    Args:
        plan: The operation.
    """
    return {
        "version": __version__,
        "spec_path": jinja_text.comment(jinja_text.shown_path(plan.spec_path)),
        "spec_hash": fingerprint(plan),
        "name": plan.name,
        "description": _comment_lines(plan.description),
        "signature": _signature(plan),
        "arguments": _arguments(plan),
        "requires_confirmation": plan.requires_confirmation,
        "definition": definition(plan),
        "steps": [statements_view(plan, step) for step in plan.steps],
        "preconditions_macro": preconditions_name(plan),
        "preconditions": [checked(check, indent=4) for check in plan.preconditions],
        "yaml_description": jinja_text.string(jinja_text.escape(_documentation(plan))),
        "yaml_arguments": argument_documentation(plan),
        "internal_macros": internal_macros(plan),
    }


def _comment_lines(text: str) -> str:
    """Return a description for the comment in the macro, wrapped to what linters take as a line."""
    lines = textwrap.wrap(jinja_text.comment(text), WIDEST_LINE - len("        -#}"))
    return "\n        ".join(lines)


def _documentation(plan: OperationPlan) -> str:
    types = ", ".join(dict.fromkeys(step.operation_type for step in plan.steps))
    return plan.description or f"Batch operation {plan.name} ({types})."


def _signature(plan: OperationPlan) -> str:
    """Return the macro's arguments, on one line where it fits."""
    arguments = [f"{parameter.name}=none" for parameter in plan.parameters]
    arguments += ["operation_id=none", "idempotency_key=none", "dry_run=false"]
    if plan.requires_confirmation:
        arguments.append("confirm=none")
    line = ", ".join(arguments)
    if len("{% macro () %}") + len(plan.name) + len(line) <= WIDEST_LINE:
        return line
    return "\n    " + ",\n    ".join(arguments) + "\n"


def _arguments(plan: OperationPlan) -> str:
    """Return the arguments as the package gets them: name to value."""
    values = {parameter.name: jinja_text.Expression(parameter.name) for parameter in plan.parameters}
    return jinja_text.laid_out(values, indent=8, used=len("        arguments="))
