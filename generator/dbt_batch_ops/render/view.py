"""A plan as the strings that templates print."""

from __future__ import annotations

import textwrap
from typing import Any

from dbt_batch_ops import __version__
from dbt_batch_ops.plan.fingerprint import fingerprint
from dbt_batch_ops.plan.model import OperationPlan, Parameter, SqlPart
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.sql_text import part_text
from dbt_batch_ops.spec.relation import Relation
from dbt_batch_ops.sql.keywords import quote_identifier

WIDEST_LINE = 80
"""Characters of a generated line of Jinja before it is broken; sqlfluff's default."""


def operation_view(plan: OperationPlan) -> dict[str, Any]:
    """Return what the templates of one operation print.

    Args:
        plan: The operation.
    """
    return {
        "version": __version__,
        "spec_path": jinja_text.comment(_one_line(plan.spec_path)),
        "spec_hash": fingerprint(plan),
        "name": plan.name,
        "description": _comment_lines(plan.description),
        "yaml_description": jinja_text.string(jinja_text.escape(_documentation(plan))),
        "signature": _signature(plan),
        "entries": _entries(plan),
        "arguments": ", ".join(f'"{p.name}": {p.name}' for p in plan.parameters),
        "yaml_arguments": _yaml_arguments(plan),
        "statement": plan.operation_type,
        "assignments": _assignments(plan),
        "condition": _condition(plan),
    }


def _comment_lines(text: str) -> str:
    """Return a description for the comment in the macro, wrapped to what linters take as a line."""
    lines = textwrap.wrap(jinja_text.comment(text), WIDEST_LINE - len("        -#}"))
    return "\n        ".join(lines)


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _documentation(plan: OperationPlan) -> str:
    return plan.description or f"Batch operation {plan.name} ({plan.operation_type})."


def _signature(plan: OperationPlan) -> str:
    """Return the macro's arguments, on one line where it fits."""
    arguments = [f"{p.name}=none" for p in plan.parameters] + ["operation_id=none", "dry_run=false"]
    line = ", ".join(arguments)
    if len("{% macro () %}") + len(plan.name) + len(line) <= WIDEST_LINE:
        return line
    return "\n    " + ",\n    ".join(arguments) + "\n"


def _entries(plan: OperationPlan) -> list[str]:
    """Return the entries of the static description that the package gets (see the package's ``run``)."""
    parameters = ",\n".join(f"                {_parameter_entry(p)}" for p in plan.parameters)
    values: dict[str, str] = {
        "operation": jinja_text.string(plan.name),
        "operation_type": jinja_text.string(plan.operation_type),
        "target": _target(plan.target),
        "key": jinja_text.literal(plan.key),
        "set_columns": jinja_text.literal([assignment.column for assignment in plan.assignments]),
        "read_columns": jinja_text.literal(plan.read_columns),
        "batch_size": jinja_text.literal(plan.batch_size),
        "iterate_by": jinja_text.literal(plan.iterate_by),
        "timeout_seconds": jinja_text.literal(plan.timeout_seconds),
        "max_records": jinja_text.literal(plan.max_records),
        "on_limit": jinja_text.string(plan.on_limit),
        "on_duplicate_run": jinja_text.string(plan.on_duplicate_run),
        "lists": jinja_text.literal(dict(plan.lists)),
        "parameters": "{\n" + parameters + "\n            }" if parameters else "{}",
        "generator_version": jinja_text.string(__version__),
        "spec_path": jinja_text.string(plan.spec_path),
        "spec_hash": jinja_text.string(fingerprint(plan)),
    }
    return [f'"{key}": {value}' for key, value in values.items()]


def _target(relation: Relation) -> str:
    names = [jinja_text.string(name) for name in relation.names]
    if relation.kind == "table":
        schema = f", schema={names[0]}" if len(names) > 1 else ""
        return f"dbt_batch_ops.target_relation({names[-1]}{schema})"
    quoted_names = ", ".join("'" + name + "'" for name in relation.names)
    return f"{relation.kind}({quoted_names})"


def _parameter_entry(parameter: Parameter) -> str:
    entry: dict[str, Any] = {"type": parameter.type}
    if parameter.column is not None:
        entry["column"] = parameter.column
    if parameter.has_default:
        entry["default"] = parameter.default
    return f"{jinja_text.string(parameter.name)}: {jinja_text.literal(entry)}"


def _assignments(plan: OperationPlan) -> list[dict[str, Any]]:
    return [
        {
            "column": jinja_text.escape(quote_identifier(assignment.column)),
            "source": _source(plan, assignment.value),
            "sql": part_text(assignment.value, indent=8),
            "is_expression": assignment.value.is_expression,
        }
        for assignment in plan.assignments
    ]


def _condition(plan: OperationPlan) -> dict[str, Any] | None:
    if plan.condition is None:
        return None
    if plan.condition.ends_with_comment:
        # Whoever prints it may go on on the same line: then the comment must not swallow that.
        text = f"(\n{' ' * 12}{part_text(plan.condition, indent=12)}\n{' ' * 8})"
    else:
        text = part_text(plan.condition, indent=8)
    return {"sql": text, "source": _source(plan, plan.condition)}


def _source(plan: OperationPlan, part: SqlPart) -> str:
    return jinja_text.escape(f"{_one_line(plan.spec_path)}:{part.line}")


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
}
"""dbt's name for a parameter's type in the documentation of a macro; everything else is a string."""


def _yaml_arguments(plan: OperationPlan) -> list[dict[str, str]]:
    own = [
        {
            "name": parameter.name,
            "type": _yaml_type(parameter),
            "description": jinja_text.string(jinja_text.escape(_argument_text(parameter))),
        }
        for parameter in plan.parameters
    ]
    return [
        *own,
        {
            "name": "operation_id",
            "type": "optional[string]",
            "description": jinja_text.string("Resume this run instead of starting a new one."),
        },
        {
            "name": "dry_run",
            "type": "bool",
            "description": jinja_text.string("Show what would be done and change nothing."),
        },
    ]


def _yaml_type(parameter: Parameter) -> str:
    scalar = _YAML_TYPES.get(parameter.type.removesuffix("[]"), "string")
    type_ = f"list[{scalar}]" if parameter.type.endswith("[]") else scalar
    return f"optional[{type_}]" if parameter.has_default else type_


def _argument_text(parameter: Parameter) -> str:
    meaning = " ".join((parameter.description or "").split())
    facts = f"PostgreSQL type: {parameter.type}."
    if parameter.has_default:
        facts += f" Default: {jinja_text.literal(parameter.default)}."
    return f"{meaning} {facts}".strip() if not meaning or meaning.endswith(".") else f"{meaning}. {facts}"
