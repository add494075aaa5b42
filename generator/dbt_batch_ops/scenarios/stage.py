"""All that the scenarios of one operation work on: table, functions, rows and arguments, made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_batch_ops.plan.model import OperationPlan, StepPlan
from dbt_batch_ops.plan.sources import CsvSource, RecordsSource
from dbt_batch_ops.scenarios.answers import make_called, make_known
from dbt_batch_ops.scenarios.arguments import Value, list_value, made_values, parameter_type, parameters_sql
from dbt_batch_ops.scenarios.candidates import Candidates, candidates
from dbt_batch_ops.scenarios.contents import Contents, contents, volatile_columns
from dbt_batch_ops.scenarios.database import Database, Refused, literal, quoted
from dbt_batch_ops.scenarios.functions import Name, redirected, users_functions
from dbt_batch_ops.scenarios.oracle import Oracle
from dbt_batch_ops.scenarios.records import Record, record_pool
from dbt_batch_ops.scenarios.rows import insert_rows, keep_some, row_pool
from dbt_batch_ops.scenarios.stand_ins import StandIn, make_step_functions
from dbt_batch_ops.scenarios.table import Table, Unmade, make_table
from dbt_batch_ops.scenarios.watch import Watch

_ROWS = 24
_ROWS_OF_A_STEP = 14
_ATTEMPTS = 6
_FIRST_OWN_KEY = 20000


@dataclass(frozen=True)
class Script:
    """What an operation is given, and what it does with the rows that are there.

    Attributes:
        values: The arguments of its parameters.
        records: The records of each parameter that holds some.
        invalid: Records that break a rule, likewise.
    """

    values: Mapping[str, Value]
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    invalid: Mapping[str, Sequence[Record]] = field(default_factory=dict)


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
        matching: How many rows its steps are about.
        note: What is otherwise than the spec says.
    """

    database: Database
    plan: OperationPlan
    table: Table
    watch: Watch
    functions: Mapping[str, StandIn]
    script: Script
    before: Contents
    volatile: frozenset[str]
    matching: int

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
            f"insert into {self.table.sql} ({names}) overriding system value select {names} from {schema}.initial"
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
                columns = ", ".join(f"selected.{quoted(name)}::text" for name in step.select_columns)
                query = (
                    f"select jsonb_build_array({columns})::text from ({oracle.selected(step)}) as selected"
                )
                file = [line for (line,) in self.database.rows(query)]
            return contents(self.database, self.table, file), counts


def set_up(
    database: Database,
    spec_plan: OperationPlan,
    schema: str,
    real: tuple[str, str] | None,
    gate: int,
    names: frozenset[Name],
) -> Stage:
    """Make all that the scenarios of an operation need, in a scratch schema that is there.

    Args:
        database: The database.
        spec_plan: The operation as its spec says it.
        schema: The scratch schema.
        real: Schema and name of the table that the operation changes, if it is there.
        gate: Names the gate's lock.
        names: The user's functions in its expressions.

    Raises:
        Unmade: Nothing can be tried with it; the message says why.
    """
    plan = redirected(spec_plan, names, schema)
    table = make_table(database, spec_plan, schema, real)
    watch = Watch(database, table, gate)
    watch.install()
    try:
        types = {p.name: parameter_type(p, table) for p in plan.parameters if p.holds == "value"}
        functions = make_step_functions(database, spec_plan, table, types)
        make_known(database, table, names)
        maker = _Maker(database, plan, table, functions, types, calls=bool(names))
        database.execute(f"create table {quoted(schema, 'initial')} as select * from {table.sql} where false")
        reason = ""
        for attempt in range(_ATTEMPTS):
            try:
                script = maker.attempt(attempt)
                break
            except (Unmade, Refused) as problem:
                reason = str(problem)
        else:
            raise Unmade(reason)
        watch.install_triggers()
        stage = Stage(database, plan, table, watch, functions, script, Contents({}), frozenset(), 0)
        stage.reset()
        before = contents(database, table)
        first, counts = stage.expected()
        second, _ = stage.expected()
    except Refused as refused:
        raise Unmade(f"what it needs cannot be made: {refused.message}") from refused
    volatile = volatile_columns(first, second)
    return Stage(database, plan, table, watch, functions, script, before, volatile, sum(map(abs, counts)))


class _Maker:
    """Makes arguments, rows and records that fit each other."""

    def __init__(
        self,
        database: Database,
        plan: OperationPlan,
        table: Table,
        functions: Mapping[str, StandIn],
        types: Mapping[str, str],
        *,
        calls: bool,
    ) -> None:
        self._database = database
        self._plan = plan
        self._table = table
        self._functions = functions
        self._types = types
        self._calls = calls
        self._checked = candidates(database, [], table)
        self._lists = {name: column for step in plan.steps for name, column in step.lists}

    def attempt(self, attempt: int) -> Script:
        """Make them once, and keep the rows in the table ``initial``.

        Raises:
            Unmade: They do not fit.
            Refused: The database refuses them.
        """
        values = made_values(self._database, self._plan, self._table, self._checked, attempt)
        if self._calls:
            self._make_called(values)
        oracle = self._oracle(values, {})
        own = [step for step in self._plan.steps if step.source.kind == "target"]
        conditional = [step for step in own if step.condition is not None and not step.outputs]
        with self._database.rolled_back():
            found = self._candidates(oracle, conditional)
            pool = row_pool(self._table, found, f"{self._plan.name} {attempt}")
            values |= self._list_values(pool)
            oracle = self._oracle(values, {})
            if insert_rows(self._database, self._table, pool) == 0 and own:
                raise Unmade("no made row is accepted by its table")
            if own and conditional:
                wanted = _ROWS if len(own) == 1 else _ROWS_OF_A_STEP
                conditions = [oracle.condition(step) for step in conditional]
                if keep_some(self._database, self._table, conditions, wanted) == 0:
                    raise Unmade(
                        "none of the rows that were made matches its where_condition; give rows of your own"
                    )
            else:
                keep_some(self._database, self._table, [], _ROWS if own else _ROWS_OF_A_STEP)
            records, invalid = self._records(oracle, attempt)
            oracle = self._oracle(values, records)
            self._check_preconditions(oracle)
            rows = self._database.rows(f"select to_jsonb(scratch)::text from {self._table.sql} as scratch")
            counts = oracle.work()
            if not any(counts):
                raise Unmade("none of the rows that were made is changed by it; give rows of your own")
        self._keep(rows)
        return Script(values, records, invalid)

    def _oracle(self, values: Mapping[str, Value], records: Mapping[str, Sequence[Record]]) -> Oracle:
        return Oracle(
            self._database, self._plan, self._table, parameters_sql(values), records, self._functions
        )

    def _make_called(self, values: Mapping[str, Value]) -> None:
        """Make the functions that expressions call and the database does not have."""
        known = {**{name: f"null::{type_}" for name, type_ in self._types.items()}, **parameters_sql(values)}
        for step in self._plan.steps:
            known |= {output.name: "null::text[]" for output in step.outputs if output.name not in known}
        oracle = self._oracle({}, {})
        oracle = Oracle(oracle.database, oracle.plan, oracle.table, known, {}, oracle.functions)
        for query, result in _queries(oracle):
            make_called(self._database, self._table, query, result)

    def _candidates(self, oracle: Oracle, steps: Sequence[StepPlan]) -> Candidates:
        lists = {
            name: list_value(self._database, self._types[name], [])
            for name in self._lists
            if name in self._types
        }
        known = {**oracle.parameters, **{name: value.sql for name, value in lists.items()}}
        oracle = Oracle(oracle.database, oracle.plan, oracle.table, known)
        conditions = [oracle.condition(step) for step in steps]
        conditions += [rule for step in self._plan.steps if not step.outputs for rule in oracle.rules(step)]
        found = dict(candidates(self._database, conditions, self._table))
        for name, column in self._lists.items():
            own = self._table.column(column)
            if own is not None and column not in self._table.key and name in self._types:
                from dbt_batch_ops.scenarios.values import made

                found[column] = tuple(made(own.kind, number) for number in range(1, 6))
        return found

    def _list_values(self, pool: Sequence[Mapping[str, str | None]]) -> dict[str, Value]:
        """Choose the lists: keys of some of the rows, or some of the values of a column."""
        chosen: dict[str, Value] = {}
        for parameter in self._plan.parameters:
            if parameter.holds != "value" or not parameter.type.endswith("[]") or parameter.has_default:
                continue
            column = self._lists.get(parameter.name)
            if column is None:
                if any(getattr(s.source, "parameter", None) == parameter.name for s in self._plan.steps):
                    from dbt_batch_ops.scenarios.arguments import argument  # noqa: F401
                    from dbt_batch_ops.scenarios.table import kind_of
                    from dbt_batch_ops.scenarios.values import made

                    kind = kind_of(self._database, self._types[parameter.name].removesuffix("[]"))
                    values = [made(kind, number) for number in range(1, _ROWS + 1)]
                    chosen[parameter.name] = list_value(
                        self._database, self._types[parameter.name], [v for v in values if v is not None]
                    )
                continue
            values = list(dict.fromkeys(row[column] for row in pool))
            listed = values[::4] if column in self._table.key else values[: max(len(values) // 2, 1)]
            chosen[parameter.name] = list_value(
                self._database, self._types[parameter.name], [value for value in listed if value is not None]
            )
        return chosen

    def _records(
        self, oracle: Oracle, attempt: int
    ) -> tuple[dict[str, Sequence[Record]], dict[str, Sequence[Record]]]:
        records: dict[str, Sequence[Record]] = {}
        invalid: dict[str, Sequence[Record]] = {}
        for step in self._plan.steps:
            if not isinstance(step.source, (RecordsSource, CsvSource)):
                continue
            existing = [
                row
                for (row,) in self._database.rows(
                    f"select (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(scratch))) "
                    f"from {self._table.sql} as scratch order by scratch::text"
                )
            ]
            found = candidates(self._database, oracle.rules(step), self._table)
            seed = f"{self._plan.name} {attempt}"
            pool = record_pool(self._database, step, self._table, found, existing, seed)
            if step.operation_type == "custom_function":
                records[step.source.parameter] = pool[:_ROWS]
                continue
            good, bad = self._sorted_out(oracle, step, pool)
            if not good:
                raise Unmade("none of the records that were made is accepted by its table and its rules")
            records[step.source.parameter] = good[:_ROWS]
            invalid[step.source.parameter] = bad
        return records, invalid

    def _sorted_out(
        self, oracle: Oracle, step: StepPlan, pool: Sequence[Record]
    ) -> tuple[list[Record], list[Record]]:
        """Return the records that are fit to be imported, and those that break a rule."""
        good: list[Record] = []
        bad: list[Record] = []
        rules = " and ".join(oracle.rules(step)) or "true"
        alone = replace(self._plan, steps=(step,))
        for record in pool:
            one = Oracle(
                oracle.database,
                alone,
                oracle.table,
                oracle.parameters,
                {step.source.parameter: [record]},  # type: ignore[union-attr]
            )
            try:
                self._database.execute("savepoint record")
                is_good = self._database.value(f"select {rules} from (\n{one.mapped(step)}\n) as mapped")
                if is_good:
                    one.work()
                    good.append(record)
                elif is_good is False:
                    bad.append(record)
            except Refused:
                pass
            finally:
                self._database.execute("rollback to savepoint record")
        return good, bad

    def _check_preconditions(self, oracle: Oracle) -> None:
        for text, query in precondition_queries(oracle):
            if self._database.value(query) is not True:
                raise Unmade(f"its precondition {text} does not hold for the data that was made")

    def _keep(self, rows: Sequence[tuple[str]]) -> None:
        name = quoted(self._table.schema, "initial")
        self._database.execute(f"truncate {name}")
        for (row,) in rows:
            self._database.execute(
                f"insert into {name} select * from jsonb_populate_record(null::{name}, {literal(row)}::jsonb)"
            )
        for column in self._table.columns:
            if column.makes_itself and column.kind.name in ("smallint", "integer", "bigint"):
                sequence = self._database.value(
                    f"select pg_get_serial_sequence({literal(self._table.sql)}, {literal(column.name)})"
                )
                if sequence is not None:
                    self._database.execute(f"alter sequence {sequence} restart with {_FIRST_OWN_KEY}")


def precondition_queries(oracle: Oracle) -> list[tuple[str, str]]:
    """Return each precondition as its author wrote it, and as a query."""
    from dbt_batch_ops.scenarios.expressions import Meaning, part_sql

    meaning = Meaning(oracle.parameters)
    return [
        (
            check.text,
            f"select {part_sql(check.condition, meaning)}"
            + (f" from {oracle.table.sql}" if check.over_target else ""),
        )
        for check in oracle.plan.preconditions
    ]


def _queries(oracle: Oracle) -> list[tuple[str, str | None]]:
    """Return queries that compute every expression of an operation, each with the type that it should have."""
    from dbt_batch_ops.scenarios.expressions import Meaning, part_sql

    found: list[tuple[str, str | None]] = [(query, "boolean") for _, query in precondition_queries(oracle)]
    for step in oracle.plan.steps:
        fields = ", ".join(f"null::{f.type} as {quoted(f.name)}" for f in step.fields) or "1 as nothing"
        source = f"{oracle.table.sql} cross join (select {fields}) as source"
        meaning = Meaning(oracle.parameters)
        for assignment in step.assignments:
            column = oracle.table.column(assignment.column)
            type_ = column.type if column is not None else "text"
            found.append((f"select {part_sql(assignment.value, meaning)}::{type_} from {source}", type_))
        conditions = [step.condition] if step.condition is not None else []
        for part in [*conditions, *(rule.condition for rule in step.rules)]:
            found.append((f"select 1 from {source} where {part_sql(part, meaning)}", "boolean"))
    return found


__all__ = ["Script", "Stage", "precondition_queries", "set_up", "users_functions"]
