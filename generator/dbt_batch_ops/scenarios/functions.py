"""The user's functions in a plan: found, and replaced by those of the scratch schema.

A scenario never calls a function of the user's, whatever that may do: stand-ins are called in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from dbt_batch_ops.plan.model import Check, OperationPlan, SqlPart, StepPlan
from dbt_batch_ops.scenarios.database import Database, literal, quoted
from dbt_batch_ops.sql.fragments import Fragment, Text
from dbt_batch_ops.sql.keywords import RESERVED
from dbt_batch_ops.sql.lexer import Kind, Token, tokenize

Name = tuple[str, ...]
"""A function: ``(name,)`` or ``(schema, name)``."""

# What looks like a call and is none: syntax, and types with a length.
_SYNTAX = RESERVED | frozenset(
    [
        "between",
        "coalesce",
        "exists",
        "extract",
        "filter",
        "greatest",
        "grouping",
        "in",
        "interval",
        "least",
        "nullif",
        "over",
        "overlay",
        "position",
        "row",
        "substring",
        "treat",
        "trim",
        "values",
        "varchar",
        "char",
        "character",
        "numeric",
        "decimal",
        "dec",
        "float",
        "bit",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "xmlattributes",
        "xmlconcat",
        "xmlelement",
        "xmlexists",
        "xmlforest",
        "xmlparse",
        "xmlpi",
        "xmlroot",
        "xmlserialize",
        "within",
    ]
)
_BUILT_IN = """
select 1 from pg_catalog.pg_proc as routines
where
    routines.proname = {name}
    and (
        routines.pronamespace = 'pg_catalog'::regnamespace
        or exists (
            select 1 from pg_catalog.pg_depend as dependencies
            where
                dependencies.objid = routines.oid
                and dependencies.classid = 'pg_catalog.pg_proc'::regclass
                and dependencies.deptype = 'e'
        )
    )
limit 1
"""


def users_functions(database: Database, plan: OperationPlan) -> frozenset[Name]:
    """Return the functions in the expressions of a plan that are neither PostgreSQL's nor an extension's.

    Args:
        database: The database, which knows its functions.
        plan: The operation.
    """
    names = {name for part in _parts(plan) for name, _, _ in _calls(part.fragments)}
    return frozenset(
        name
        for name in names
        if name[0] != "pg_catalog" and not database.rows(_BUILT_IN.format(name=literal(name[-1])))
    )


def redirected(plan: OperationPlan, names: frozenset[Name], schema: str) -> OperationPlan:
    """Return the plan with its functions, and those that its steps call, taken from another schema.

    Args:
        plan: The operation.
        names: The functions of its expressions that are replaced.
        schema: The scratch schema.
    """

    def change(part: SqlPart) -> SqlPart:
        return replace(part, fragments=_redirected(part.fragments, names, schema))

    def changed(check: Check) -> Check:
        return replace(check, condition=change(check.condition))

    def step(old: StepPlan) -> StepPlan:
        return replace(
            old,
            assignments=tuple(replace(a, value=change(a.value)) for a in old.assignments),
            condition=change(old.condition) if old.condition else None,
            rules=tuple(changed(rule) for rule in old.rules),
            arguments=tuple(replace(a, value=change(a.value)) for a in old.arguments),
            function=(schema, old.function[-1]) if old.function else (),
        )

    return replace(
        plan,
        steps=tuple(step(old) for old in plan.steps),
        preconditions=tuple(changed(check) for check in plan.preconditions),
    )


def _parts(plan: OperationPlan) -> Iterator[SqlPart]:
    found: list[SqlPart] = []

    def keep(part: SqlPart) -> SqlPart:
        found.append(part)
        return part

    _visit(plan, keep)
    yield from found


def _visit(plan: OperationPlan, visit: Callable[[SqlPart], SqlPart]) -> None:
    for step in plan.steps:
        for assignment in step.assignments:
            visit(assignment.value)
        for argument in step.arguments:
            visit(argument.value)
        for rule in step.rules:
            visit(rule.condition)
        if step.condition is not None:
            visit(step.condition)
    for check in plan.preconditions:
        visit(check.condition)


def _calls(fragments: tuple[Fragment, ...]) -> Iterator[tuple[Name, int, int]]:
    """Yield every call in the texts of a piece: the function, and where its name begins and ends."""
    for fragment in fragments:
        if isinstance(fragment, Text):
            yield from _calls_in(fragment.sql)


def _calls_in(sql: str) -> Iterator[tuple[Name, int, int]]:
    tokens = [token for token in tokenize(sql) if token.kind is not Kind.COMMENT]
    for index, token in enumerate(tokens[:-1]):
        if not _is_name(token) or tokens[index + 1].text != "(":
            continue
        first = token
        name: Name = (_folded(token),)
        before = tokens[index - 1].text if index else ""
        if before == "." and index > 1 and _is_name(tokens[index - 2]):
            first = tokens[index - 2]
            name = (_folded(first), _folded(token))
            before = tokens[index - 3].text if index > 2 else ""
        is_type = before == "::" or before.lower() == "as"
        if is_type or (len(name) == 1 and token.word in _SYNTAX):
            continue
        yield name, first.start, token.end


def _is_name(token: Token) -> bool:
    return token.kind in (Kind.NAME, Kind.QUOTED_NAME)


def _folded(token: Token) -> str:
    return token.word if token.kind is Kind.NAME else token.text[1:-1].replace('""', '"')


def _redirected(fragments: tuple[Fragment, ...], names: frozenset[Name], schema: str) -> tuple[Fragment, ...]:
    return tuple(
        _redirected_text(fragment, names, schema) if isinstance(fragment, Text) else fragment
        for fragment in fragments
    )


def _redirected_text(text: Text, names: frozenset[Name], schema: str) -> Text:
    sql, unbroken = text.sql, text.unbroken
    for name, start, end in reversed(list(_calls_in(sql))):
        if name not in names:
            continue
        new = quoted(schema, name[-1])
        shift = len(new) - (end - start)
        sql = sql[:start] + new + sql[end:]
        unbroken = frozenset(place + shift if place >= end else place for place in unbroken)
    return Text(sql, unbroken)
