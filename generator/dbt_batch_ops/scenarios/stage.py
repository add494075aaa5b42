"""All that the scenarios of one operation work on: table, functions, rows and arguments, made once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.scenarios.answers import make_known
from dbt_batch_ops.scenarios.arguments import parameter_type, parameters_sql
from dbt_batch_ops.scenarios.contents import Contents, contents, volatile_columns
from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.functions import Name, redirected
from dbt_batch_ops.scenarios.oracle import Oracle
from dbt_batch_ops.scenarios.own import Own
from dbt_batch_ops.scenarios.records import Record
from dbt_batch_ops.scenarios.script import Script, ScriptMaker
from dbt_batch_ops.scenarios.stand_ins import StandIn, make_step_functions
from dbt_batch_ops.scenarios.table import Table, UnmadeError, make_table
from dbt_batch_ops.scenarios.watch import Watch

_ATTEMPTS = 6
_FIRST_OWN_KEY = 20000


@dataclass(frozen=True)
class Stage:
    """A made operation.

    Attributes:
        database: A session.
        plan: The operation, on the scratch table and with its functions in the scratch schema.
        table: The scratch table.
        watch: What watches it.
        functions: The functions that its steps call.
        script: What it is given.
        before: What is there before.
        volatile: The columns whose values nobody can tell.
    """

    database: Database
    plan: OperationPlan
    table: Table
    watch: Watch
    functions: Mapping[str, StandIn]
    script: Script
    before: Contents
    volatile: frozenset[str]

    @property
    def new_columns(self) -> frozenset[str]:
        """The columns that a new row gets from the database."""
        return frozenset(column.name for column in self.table.columns if column.makes_itself)

    def oracle(self, records: Mapping[str, Sequence[Record]] | None = None) -> Oracle:
        """Return what says what the operation has to do."""
        return Oracle(
            self.database,
            self.plan,
            self.table,
            parameters_sql(self.script.values),
            self.script.records if records is None else records,
            self.functions,
        )

    def reset(self) -> None:
        """Bring everything back to what was there before."""
        schema = quoted(self.table.schema)
        self.watch.mend()
        self.watch.answer(True)
        names = ", ".join(quoted(column.name) for column in self.table.writable)
        self.database.execute(f"truncate {self.table.sql}")
        self.database.execute(
            f"insert into {self.table.sql} ({names}) overriding system value "
            f"select {names} from {schema}.initial"
        )
        self.database.execute(f"truncate {schema}.changes, {schema}.calls")
        self.database.execute(f"analyze {self.table.sql}")

    def emptied(self) -> Stage:
        """Remove all rows; return the stage on which there are none."""
        self.database.execute(f"truncate {self.table.sql}")
        return replace(self, before=contents(self.database, self.table))

    def expected(self, records: Mapping[str, Sequence[Record]] | None = None) -> tuple[Contents, list[int]]:
        """Return what should be there in the end, and how many rows each step is about; changes nothing."""
        with self.database.rolled_back():
            oracle = self.oracle(records)
            counts = oracle.work()
            step = self.plan.steps[0]
            file: list[str] = []
            if len(self.plan.steps) == 1 and step.operation_type == "select":
                columns = ", ".join(
                    f"coalesce(selected.{quoted(name)}::text, '')" for name in step.select_columns
                )
                query = (
                    f"select jsonb_build_array({columns})::text from ({oracle.selected(step)}) as selected"
                )
                lines = [json.loads(line) for (line,) in self.database.rows(query)]
                file = [json.dumps(line, ensure_ascii=False) for line in lines]
            return contents(self.database, self.table, file), counts


def set_up(
    database: Database,
    spec_plan: OperationPlan,
    schema: str,
    real: tuple[str, str] | None,
    gate: int,
    names: frozenset[Name],
    own: Own,
) -> Stage:
    """Make all that the scenarios of an operation need, in a scratch schema that is there.

    Args:
        database: The database.
        spec_plan: The operation as its spec says it.
        schema: The scratch schema.
        real: Schema and name of the table that the operation changes, if it is there.
        gate: Names the gate's lock.
        names: The user's functions in its expressions.
        own: Rows and arguments that the user has written.

    Raises:
        UnmadeError: Nothing can be tried with it; the message says why.
    """
    plan = redirected(spec_plan, names, schema)
    table = make_table(database, spec_plan, schema, real)
    watch = Watch(database, table, gate)
    watch.install()
    try:
        types = {p.name: parameter_type(p, table) for p in plan.parameters if p.holds == "value"}
        functions = make_step_functions(database, spec_plan, table, types)
        make_known(database, table, names)
        database.execute(f"create table {quoted(schema, 'initial')} as select * from {table.sql} where false")
        _number_new_rows(database, table)
        maker = ScriptMaker(database, plan, table, functions, types, own, calls=bool(names))
        script = _script(maker)
        watch.install_triggers()
        stage = Stage(database, plan, table, watch, functions, script, Contents({}), frozenset())
        stage.reset()
        before = contents(database, table)
        first, _ = stage.expected()
        second, _ = stage.expected()
    except RefusedError as refused:
        raise UnmadeError(f"what it needs cannot be made: {refused.message}") from refused
    except UnmadeError as unmade:
        like = f" (on a table like {'.'.join(real)})" if real else ""
        raise UnmadeError(f"{unmade}{like}") from unmade
    volatile = volatile_columns(first, second)
    return Stage(database, plan, table, watch, functions, script, before, volatile)


def _script(maker: ScriptMaker) -> Script:
    """Make what the operation is given, with other values as often as those of before do not fit."""
    reasons: list[str] = []
    for attempt in range(_ATTEMPTS):
        try:
            return maker.attempt(attempt)
        except (UnmadeError, RefusedError) as problem:
            reasons.append(str(problem))
    raise UnmadeError(reasons[0])


def _number_new_rows(database: Database, table: Table) -> None:
    """Let new rows have keys beyond those of the rows that are made."""
    for column in table.columns:
        if column.makes_itself and column.kind.name in ("smallint", "integer", "bigint"):
            names = f"{literal(table.sql)}, {literal(column.name)}"
            sequence = database.value(f"select pg_get_serial_sequence({names})")
            if sequence is not None:
                database.execute(f"alter sequence {sequence} restart with {_FIRST_OWN_KEY}")
