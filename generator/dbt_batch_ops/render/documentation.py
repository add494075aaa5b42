"""The documentation of an operation's macros for dbt."""

from __future__ import annotations

import re

from dbt_batch_ops.plan.model import OperationPlan, Parameter
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.definition import preconditions_name, statements_name
from dbt_batch_ops.spec.engines import shown_engine

_YAML_TYPES = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "float",
    "real": "float",
    "double precision": "float",
    "boolean": "bool",
    "json": "any",
    "jsonb": "any",
    "int": "integer",
    "decimal": "float",
    "float": "float",
    "double": "float",
}
"""dbt's name for a parameter's type in the documentation of a macro; everything else is a string."""

_SPARK_ARRAY = re.compile(r"array<(.*)>")

_OWN_ARGUMENTS = (
    ("operation_id", "optional[string]", "Resume this run instead of starting a new one."),
    (
        "idempotency_key",
        "optional[string]",
        "A second start with the same key returns the first run instead of doing it again.",
    ),
    ("dry_run", "bool", "Show what would be done and change nothing."),
)
_CONFIRM = (
    "confirm",
    "optional[string]",
    "Start the run with this operation_id, which was planned and shown.",
)


def argument_documentation(plan: OperationPlan) -> list[dict[str, str]]:
    """Return name, type and description of every argument of the macro.

    Args:
        plan: The operation.
    """
    own = [*_OWN_ARGUMENTS, *([_CONFIRM] if plan.requires_confirmation else [])]
    arguments = [(p.name, _yaml_type(p), _argument_text(plan, p)) for p in plan.parameters] + own
    return [
        {"name": name, "type": type_, "description": jinja_text.string(jinja_text.escape(text))}
        for name, type_, text in arguments
    ]


def internal_macros(plan: OperationPlan) -> list[dict[str, str | bool]]:
    """Return name and description of the macros that only the package calls.

    Args:
        plan: The operation.
    """
    macros: list[dict[str, str | bool]] = [
        {
            "name": f"{plan.name}__definition",
            "description": f"What {plan.name} is, for the dbt_batch_ops package.",
            "takes_fragments": False,
        }
    ]
    for step in plan.steps:
        what = f"the step {step.name} of {plan.name}" if plan.has_steps else plan.name
        macros.append(
            {
                "name": statements_name(plan, step),
                "description": f"The statements of {what}, for the dbt_batch_ops package.",
                "takes_fragments": True,
            }
        )
    if plan.preconditions:
        macros.append(
            {
                "name": preconditions_name(plan),
                "description": f"What must hold before {plan.name}, for the dbt_batch_ops package.",
                "takes_fragments": True,
            }
        )
    return macros


def _yaml_type(parameter: Parameter) -> str:
    name = parameter.type.removesuffix("[]")
    element = _SPARK_ARRAY.fullmatch(name)
    scalar = _YAML_TYPES.get((element[1] if element else name).partition("(")[0], "string")
    type_ = f"list[{scalar}]" if element or name != parameter.type else scalar
    if parameter.from_query:
        type_ = "any"
    return f"optional[{type_}]" if parameter.has_default else type_


def _argument_text(plan: OperationPlan, parameter: Parameter) -> str:
    meaning = " ".join((parameter.description or "").split())
    facts = f"{shown_engine(plan.engine)} type: {parameter.type}."
    if parameter.holds == "records":
        facts = "A list of records: mappings of fields to values."
    elif parameter.holds == "csv":
        facts = "A CSV file: its path on the server, a seed, or what dbt-batch-ops load uploaded."
    if parameter.from_query:
        facts += " Or {query: a query} or {ref: a model} that gives the values."
    if parameter.has_default:
        facts += f" Default: {jinja_text.literal(parameter.default)}."
    return f"{meaning} {facts}".strip() if not meaning or meaning.endswith(".") else f"{meaning}. {facts}"
