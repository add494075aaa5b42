"""Functions of the scratch schema that stand in for the user's: they record what they are given.

They have the signature of the real function where there is one. What they return is made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dbt_batch_ops.plan.model import OperationPlan, StepPlan
from dbt_batch_ops.plan.sources import ListSource, OnceSource, OutputSource, RecordsSource
from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.functions import Name
from dbt_batch_ops.scenarios.table import Table, UnmadeError, kind_of
from dbt_batch_ops.scenarios.values import made

_ROWS_WITHOUT_INPUT = 12
_FIRST_RETURNED = 700
_REAL = """
select
    pg_catalog.pg_get_function_arguments(routines.oid),
    pg_catalog.pg_get_function_result(routines.oid),
    routines.pronargs,
    pg_catalog.format_type(routines.proargtypes[0], null),
    routines.proallargtypes is not null and not (
        pg_catalog.pg_get_function_result(routines.oid) like 'TABLE(%'
    )
from pg_catalog.pg_proc as routines
inner join pg_catalog.pg_namespace as namespaces on routines.pronamespace = namespaces.oid
where
    routines.proname = {name}
    and routines.prokind = 'f'
    and {where}
    and namespaces.nspname not like 'batch\\_ops\\_test\\_%'
order by routines.oid
"""


@dataclass(frozen=True)
class StandIn:
    """A function of the scratch schema.

    Attributes:
        step: The step that calls it.
        takes: The type of its first argument; ``None`` when it has none.
        takes_many: Whether that holds the rows of a whole batch.
        columns: What its rows have; empty when it returns nothing.
    """

    step: str
    takes: str | None
    takes_many: bool
    columns: tuple[tuple[str, str], ...]


def real_functions(database: Database, name: Name) -> list[tuple[str, str, int, str, bool]]:
    """Return arguments, result, their number, the first one's type, and whether it has OUT arguments."""
    where = (
        f"namespaces.nspname = {literal(name[0])}"
        if len(name) > 1
        else "pg_catalog.pg_function_is_visible(routines.oid)"
    )
    rows = database.rows(_REAL.format(name=literal(name[-1]), where=where))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def make_step_functions(
    database: Database, plan: OperationPlan, table: Table, parameters: Mapping[str, str]
) -> dict[str, StandIn]:
    """Make the functions that the steps of an operation call; return them by step.

    Args:
        database: The database.
        plan: The operation as its spec says it.
        table: The scratch table.
        parameters: The type of each parameter.

    Raises:
        UnmadeError: A function cannot be made.
    """
    found: dict[str, StandIn] = {}
    for step in plan.steps:
        if step.function:
            found[step.name] = _make(database, plan, step, table, found, parameters)
    return found


def _make(
    database: Database,
    plan: OperationPlan,
    step: StepPlan,
    table: Table,
    earlier: Mapping[str, StandIn],
    parameters: Mapping[str, str],
) -> StandIn:
    real = real_functions(database, step.function)
    takes_input = len(step.arguments) == 1 and step.arguments[0].name is None
    if real:
        arguments, result, count, first, has_out = _fitting(real, takes_input=takes_input)
        if has_out:
            raise UnmadeError(
                f"the function {'.'.join(step.function)} has OUT arguments, for which nothing stands in"
            )
        columns = _result_columns(result)
        takes = first if count else None
    else:
        takes = _taken(plan, step, table, earlier, parameters) if takes_input else None
        columns = _wanted(plan, step, takes)
        arguments = takes or _named_arguments(database, step, parameters)
        result = f"table ({', '.join(f'{quoted(n)} {t}' for n, t in columns)})" if columns else "void"
        count = 1 if takes else len(step.arguments)
    takes_many = takes_input and takes is not None and (takes.endswith("[]") or takes in ("json", "jsonb"))
    stand_in = StandIn(step.name, takes, takes_many, columns)
    body = _body(database, step, table, stand_in, result, count)
    name = quoted(table.schema, step.function[-1])
    try:
        database.execute(
            f"create or replace function {name} ({arguments}) returns {result} "
            f"language plpgsql as $stand_in$\n{body}$stand_in$"
        )
    except RefusedError as refused:
        raise UnmadeError(
            f"nothing can stand in for {'.'.join(step.function)}: {refused.message}"
        ) from refused
    return stand_in


def _fitting(
    real: Sequence[tuple[str, str, int, str, bool]], *, takes_input: bool
) -> tuple[str, str, int, str, bool]:
    """Return the one that the engine would take: of several, the one that takes a whole batch."""
    wanted = [one for one in real if one[2] == 1] if takes_input else list(real)
    many = [one for one in wanted if one[3].endswith("[]")] or [
        o for o in wanted if o[3] in ("json", "jsonb")
    ]
    return (many or wanted or list(real))[0]


def _result_columns(result: str) -> tuple[tuple[str, str], ...]:
    if result == "void":
        return ()
    if not result.startswith("TABLE("):
        return (("called", result.removeprefix("SETOF ")),)
    inner = result[len("TABLE(") : -1]
    columns = re.split(r",\s*(?![^()]*\))", inner)
    pairs = [re.match(r'("(?:[^"]|"")+"|\w+)\s+(.+)', column.strip()) for column in columns]
    return tuple((pair[1].strip('"').replace('""', '"'), pair[2]) for pair in pairs if pair)


def _taken(
    plan: OperationPlan,
    step: StepPlan,
    table: Table,
    earlier: Mapping[str, StandIn],
    parameters: Mapping[str, str],
) -> str:
    """Return the type of a whole input: an array of what it holds, or JSON for whole rows."""
    source = step.source
    if isinstance(source, ListSource):
        return parameters[source.parameter]
    if isinstance(source, OutputSource):
        if source.field is not None or source.step in earlier:
            return f"{output_type(plan, source, table, earlier)}[]"
        return "jsonb"
    if isinstance(source, RecordsSource):
        return "jsonb"
    (argument,) = step.arguments
    names = [f.name for f in argument.value.fragments if hasattr(f, "name")]
    return parameters[names[0]] if names else "text"


def output_type(
    plan: OperationPlan, source: OutputSource, table: Table, earlier: Mapping[str, StandIn]
) -> str:
    """Return the type of a column of an earlier step's rows."""
    if source.step in earlier:
        columns = earlier[source.step].columns
        named = [type_ for name, type_ in columns if name == source.field]
        if not columns:
            raise UnmadeError(f"nobody knows what the function of the step {source.step} returns")
        return named[0] if named else columns[0][1]
    column = table.column(source.field)
    return column.type if column is not None else "text"


def _wanted(plan: OperationPlan, step: StepPlan, takes: str | None) -> tuple[tuple[str, str], ...]:
    """Return the columns that later steps read of a function's rows."""
    if not step.has_output:
        return ()
    found: dict[str, str] = {}
    element = takes.removesuffix("[]") if takes and takes.endswith("[]") else None
    for later in plan.steps:
        if isinstance(later.source, OutputSource) and later.source.step == step.name:
            found |= {field.name: field.type for field in later.fields}
        for output in later.outputs:
            if output.step == step.name:
                found[output.field or "called"] = element or "text"
    return tuple(found.items()) or (("called", element or "text"),)


def _named_arguments(database: Database, step: StepPlan, parameters: Mapping[str, str]) -> str:
    """Return the arguments of a function that is called with several values, or by name."""
    from dbt_batch_ops.scenarios.expressions import Meaning, part_sql

    meaning = Meaning({name: f"null::{type_}" for name, type_ in parameters.items()})
    fields = ", ".join(f"null::{f.type} as {quoted(f.name)}" for f in step.fields) or "1 as nothing"
    written: list[str] = []
    for argument in step.arguments:
        sql = part_sql(argument.value, meaning)
        try:
            found = database.value(f"select pg_typeof({sql})::text from (select {fields}) as source")
        except RefusedError as refused:
            raise UnmadeError(
                f"the arguments of {'.'.join(step.function)} are not known: {refused.message}"
            ) from None
        type_ = "text" if found == "unknown" else found
        written.append(f"{quoted(argument.name)} {type_}" if argument.name else type_)
    return ", ".join(written)


def _body(
    database: Database, step: StepPlan, table: Table, stand_in: StandIn, result: str, count: int
) -> str:
    schema, name = quoted(table.schema), literal(step.function[-1])
    if stand_in.takes_many:
        is_array = stand_in.takes is not None and stand_in.takes.endswith("[]")
        elements = (
            "unnest($1) as given (value)" if is_array else "jsonb_array_elements($1::jsonb) as given (value)"
        )
        given = f"from {elements}"
        record = f"select {name}, to_jsonb(given.value) {given}"
    else:
        values = ", ".join(f"${place}" for place in range(1, count + 1))
        given = (
            "from (values ($1)) as given (value)"
            if stand_in.takes
            else f"from generate_series(1, {_ROWS_WITHOUT_INPUT}) as given (value)"
        )
        record = f"select {name}, " + (
            "to_jsonb($1)" if stand_in.takes and count == 1 else f"jsonb_build_array({values})"
        )
    lines = ["#variable_conflict use_column", "begin", f"perform {schema}.pass_gate();"]
    lines.append(f"insert into {schema}.calls (function, input) {record};")
    if stand_in.columns:
        lines.append(_return(database, step, stand_in, result, given))
    return "\n".join([*lines, "end\n"])


def _return(database: Database, step: StepPlan, stand_in: StandIn, result: str, given: str) -> str:
    """Return the statement that gives the made-up result: a row for each element, or a few."""
    element = (stand_in.takes or "").removesuffix("[]")
    is_alone = isinstance(step.source, OnceSource)
    columns, has_element = [], False
    for place, (_, type_) in enumerate(stand_in.columns):
        if not has_element and not is_alone and type_ == element:
            columns.append("given.value")
            has_element = True
        else:
            columns.append(_made_up(database, type_, place, varies=is_alone))
    if result.lower().startswith(("table", "setof")):
        return f"return query select {', '.join(columns)} {given};"
    if stand_in.takes_many or is_alone or columns[0] == "given.value":
        return f"return (select {columns[0]} {given} limit 1);"
    return f"return {columns[0]};"


def _made_up(database: Database, type_: str, place: int, *, varies: bool) -> str:
    try:
        kind = kind_of(database, type_)
    except RefusedError:
        return f"null::{type_}"
    if not varies:
        return f"{literal(made(kind, _FIRST_RETURNED + place))}::{type_}"
    values = [literal(made(kind, _FIRST_RETURNED + place + n)) for n in range(_ROWS_WITHOUT_INPUT)]
    return f"(array[{', '.join(values)}]::{type_}[])[given.value]"
