"""The static definition of an operation, which the dbt package gets."""

from __future__ import annotations

import dataclasses
from typing import Any

from dbt_batch_ops import __version__
from dbt_batch_ops.plan.fingerprint import fingerprint
from dbt_batch_ops.plan.model import OperationPlan, Parameter, StepPlan
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.render.jinja_text import Expression
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.spec.names import statements_macro
from dbt_batch_ops.spec.relation import Relation
from dbt_batch_ops.sql.keywords import quote_routine_name


def definition(plan: OperationPlan) -> str:
    """Return the definition as a Jinja expression, laid out for the macro that returns it.

    Args:
        plan: The operation.
    """
    content = {
        "description": _description(plan),
        "statements": {step.name: Expression(statements_name(plan, step)) for step in plan.steps},
        "preconditions": Expression(preconditions_name(plan)) if plan.preconditions else None,
    }
    return jinja_text.laid_out(content, indent=4, used=len("    {{ return("))


def statements_name(plan: OperationPlan, step: StepPlan) -> str:
    """Return the name of the macro with a step's statements."""
    return statements_macro(plan.name, step.name if plan.has_steps else None)


def preconditions_name(plan: OperationPlan) -> str:
    """Return the name of the macro with an operation's preconditions."""
    return f"{plan.name}__preconditions"


def _description(plan: OperationPlan) -> dict[str, Any]:
    return {
        "operation": plan.name,
        **({"engine": plan.engine} if plan.engine != POSTGRES else {}),
        "description": plan.description,
        "target": _target(plan.target),
        "key": plan.key,
        "batch_size": plan.batch_size,
        "iterate_by": plan.iterate_by,
        "timeout_seconds": plan.timeout_seconds,
        "max_records": plan.max_records,
        "on_limit": plan.on_limit,
        "on_duplicate_run": plan.on_duplicate_run,
        "requires_confirmation": plan.requires_confirmation,
        "skip_invalid_rows": plan.skip_invalid_rows,
        "max_errors": plan.max_errors,
        "error_handling": plan.error_handling,
        "max_retries": plan.max_retries,
        "max_workers": plan.max_workers,
        "heartbeat_seconds": plan.heartbeat_seconds,
        "max_errors_per_worker": plan.max_errors_per_worker,
        "redact": plan.redact,
        "logging_level": plan.watching.logging_level,
        "collect_metrics": plan.watching.collect_metrics,
        "notify_on_completion": plan.watching.notify_on_completion,
        "progress_notification_interval": plan.watching.progress_notification_interval,
        "notification_channels": plan.watching.notification_channels,
        "notification_message": plan.watching.notification_message,
        "parameters": {parameter.name: _parameter(parameter) for parameter in plan.parameters},
        "generator_version": __version__,
        "spec_path": plan.spec_path,
        "spec_hash": fingerprint(plan),
        "steps": [_step(step) for step in plan.steps],
    }


def _target(relation: Relation) -> Expression:
    names = [jinja_text.string(name) for name in relation.names]
    if relation.kind == "table":
        schema = f", schema={names[0]}" if len(names) > 1 else ""
        return Expression(f"dbt_batch_ops.target_relation({names[-1]}{schema})")
    quoted_names = ", ".join("'" + name + "'" for name in relation.names)
    return Expression(f"{relation.kind}({quoted_names})")


def _parameter(parameter: Parameter) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": parameter.type}
    if parameter.column is not None:
        entry["column"] = parameter.column
    if parameter.has_default:
        entry["default"] = parameter.default
    if parameter.from_query:
        entry["from_query"] = True
    if parameter.holds != "value":
        entry[parameter.holds] = True
    if parameter.is_redacted:
        entry["redact"] = True
    return entry


def _step(step: StepPlan) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": step.name,
        "operation_type": step.operation_type,
        "batch_size": step.batch_size,
        "source": _source(step),
        "set_columns": [assignment.column for assignment in step.assignments],
        "read_columns": step.read_columns,
        "lists": dict(step.lists),
        "outputs": {output.name: {"step": output.step, "field": output.field} for output in step.outputs},
        "fields": {
            field.name: {"type": field.type, **({"column": field.column} if field.column else {})}
            for field in step.fields
        },
    }
    if step.operation_type == "select":
        entry["select_columns"] = step.select_columns
    if step.operation_type == "upsert":
        entry["conflict_target"] = step.conflict_target
    if step.operation_type == "custom_function":
        entry["function"] = ".".join(quote_routine_name(name) for name in step.function)
        entry["idempotent"] = step.is_idempotent
    return {**entry, "has_output": step.has_output}


def _source(step: StepPlan) -> dict[str, Any]:
    source = dataclasses.asdict(step.source)
    return {"kind": source.pop("kind"), **{key: value for key, value in source.items() if value is not None}}
