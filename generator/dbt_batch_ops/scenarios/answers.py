"""Stand-ins for functions in expressions: what they take is what they are called with, what they say fits."""

from __future__ import annotations

import re

from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.functions import Name
from dbt_batch_ops.scenarios.stand_ins import real_functions
from dbt_batch_ops.scenarios.table import Table, UnmadeError, kind_of
from dbt_batch_ops.scenarios.values import made

_ANSWER = 77
_GUESSES = ("boolean", "text", "bigint", "numeric", "uuid", "timestamp with time zone", "date")
_UNDEFINED = "42883"
_MISSING = re.compile(r"function (.+?)\((.*)\) does not exist")
_MOST_FUNCTIONS = 20


def make_known(database: Database, table: Table, names: frozenset[Name]) -> None:
    """Make stand-ins for functions that are in the database, with their signatures.

    Raises:
        UnmadeError: One cannot be made.
    """
    for name in names:
        for arguments, result, *_ in real_functions(database, name):
            _create(database, table, name[-1], arguments, result)


def make_called(database: Database, table: Table, query: str, result: str | None) -> None:
    """Make stand-ins for the functions that a query calls and that are not there, until it can be planned.

    Args:
        database: The database.
        table: The scratch table, in whose schema they are made.
        query: The query.
        result: The type that a function probably has: of the column that gets its value.

    Raises:
        UnmadeError: None that fits is found.
    """
    guesses = [*([result] if result else []), *_GUESSES]
    made_ones: list[tuple[str, str]] = []
    guess = 0
    for _ in range(_MOST_FUNCTIONS * len(guesses)):
        refused = _explained(database, query)
        if refused is None:
            return
        missing = _MISSING.fullmatch(refused.message) if refused.sqlstate == _UNDEFINED else None
        is_ours = missing is not None and table.schema in missing[1]
        if missing is not None and is_ours:
            name = missing[1].rpartition(".")[2].strip('"')
            arguments = missing[2].replace("unknown", "text")
            made_ones.append((name, arguments))
            guess = 0
            _create(database, table, name, arguments, guesses[0])
            continue
        guess += 1
        if not made_ones or guess >= len(guesses):
            raise UnmadeError(f"an expression cannot be computed here: {refused.message}")
        name, arguments = made_ones[-1]
        database.execute(f"drop function {quoted(table.schema, name)} ({arguments})")
        _create(database, table, name, arguments, guesses[guess])
    raise UnmadeError("its expressions call too many functions")


def _explained(database: Database, query: str) -> RefusedError | None:
    try:
        database.execute(f"explain {query}")
    except RefusedError as refused:
        return refused
    return None


def _create(database: Database, table: Table, name: str, arguments: str, result: str) -> None:
    schema = quoted(table.schema)
    if result == "boolean":
        body = f"return (select answer from {schema}.answers);"
    elif result == "void":
        body = ""
    else:
        try:
            value = literal(made(kind_of(database, result), _ANSWER))
        except RefusedError:
            value = "null"
        body = f"return {value}::{result};"
    try:
        database.execute(
            f"create function {quoted(table.schema, name)} ({arguments}) returns {result} "
            f"language plpgsql stable as $stand_in$ begin {body} end $stand_in$"
        )
    except RefusedError as refused:
        raise UnmadeError(f"nothing can stand in for {name}: {refused.message}") from refused
