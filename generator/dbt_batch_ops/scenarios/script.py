"""What an operation is given: arguments, records, and rows that its conditions match. Made until it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from dbt_batch_ops.plan.model import OperationPlan, Parameter, StepPlan
from dbt_batch_ops.plan.sources import ListSource
from dbt_batch_ops.scenarios.answers import make_called
from dbt_batch_ops.scenarios.arguments import Value, given_value, list_value, made_values, parameters_sql
from dbt_batch_ops.scenarios.candidates import Candidates, candidates
from dbt_batch_ops.scenarios.database import Database, literal, quoted
from dbt_batch_ops.scenarios.oracle import Oracle
from dbt_batch_ops.scenarios.own import Own
from dbt_batch_ops.scenarios.queries import expression_queries, precondition_queries
from dbt_batch_ops.scenarios.record_choice import made_records
from dbt_batch_ops.scenarios.records import Record
from dbt_batch_ops.scenarios.rows import insert_rows, keep_some, row_pool, written_row
from dbt_batch_ops.scenarios.stand_ins import StandIn
from dbt_batch_ops.scenarios.table import Table, UnmadeError, kind_of
from dbt_batch_ops.scenarios.values import made

_ROWS = 24
_ROWS_OF_A_STEP = 14
_VALUES_OF_A_LIST = 6
_EVERY = 4
_OWN_ADVICE = "write rows of your own into batch_operations/tests/ (docs/testing.md)"


@dataclass(frozen=True)
class Script:
    """What an operation is given.

    Attributes:
        values: The arguments of its parameters.
        records: The records of each parameter that holds some.
        invalid: Records that break a rule, likewise.
    """

    values: Mapping[str, Value]
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    invalid: Mapping[str, Sequence[Record]] = field(default_factory=dict)


class ScriptMaker:
    """Makes arguments, rows and records that fit each other.

    Args:
        database: The database.
        plan: The operation, on the scratch table and with its functions in the scratch schema.
        table: The scratch table.
        functions: The functions that its steps call.
        types: The type of each parameter.
        own: Rows and arguments that the user has written.
        calls: Whether its expressions call functions of the user's.
    """

    def __init__(
        self,
        database: Database,
        plan: OperationPlan,
        table: Table,
        functions: Mapping[str, StandIn],
        types: Mapping[str, str],
        own: Own,
        *,
        calls: bool,
    ) -> None:
        self._database = database
        self._plan = plan
        self._table = table
        self._functions = functions
        self._types = types
        self._own = own
        self._calls = calls
        self._checked = candidates(database, [], table)
        self._lists = {name: column for step in plan.steps for name, column in step.lists}

    def attempt(self, attempt: int) -> Script:
        """Make them once, and keep the rows in the table ``initial``.

        Args:
            attempt: Which attempt this is: each makes other values.

        Raises:
            UnmadeError: They do not fit.
            RefusedError: The database refuses them.
        """
        values = made_values(self._database, self._plan, self._table, self._checked, attempt)
        values |= self._own_values()
        if self._calls:
            self._make_called(values)
        with self._database.rolled_back():
            values |= self._make_rows(values, attempt)
            oracle = self._oracle(values, {})
            records, invalid = made_records(oracle, self._own.arguments, f"{self._plan.name} {attempt}")
            oracle = self._oracle(values, records)
            self._check_preconditions(oracle)
            rows = self._database.rows(f"select to_jsonb(scratch)::text from {self._table.sql} as scratch")
            if not any(oracle.work()):
                raise UnmadeError(f"none of the rows that were made is changed by it; {_OWN_ADVICE}")
        self._keep([row for (row,) in rows])
        return Script(values, records, invalid)

    def _oracle(self, values: Mapping[str, Value], records: Mapping[str, Sequence[Record]]) -> Oracle:
        return Oracle(
            self._database, self._plan, self._table, parameters_sql(values), records, self._functions
        )

    def _own_values(self) -> dict[str, Value]:
        return {
            name: given_value(value, self._types[name])
            for name, value in self._own.arguments.items()
            if name in self._types
        }

    def _make_called(self, values: Mapping[str, Value]) -> None:
        """Make the functions that expressions call and the database does not have."""
        nulls = {name: f"null::{type_}" for name, type_ in self._types.items()}
        known = {**nulls, **parameters_sql(values)}
        for step in self._plan.steps:
            known |= {output.name: "null::text[]" for output in step.outputs if output.name not in known}
        oracle = replace(self._oracle({}, {}), parameters=known)
        for query, result in expression_queries(oracle):
            make_called(self._database, self._table, query, result)

    def _make_rows(self, values: Mapping[str, Value], attempt: int) -> dict[str, Value]:
        """Fill the table; return the lists that rows of it were chosen for."""
        own = [step for step in self._plan.steps if step.source.kind == "target"]
        conditional = [step for step in own if step.condition is not None and not step.outputs]
        found = self._candidates(self._oracle(values, {}), conditional)
        written = self._own.rows
        pool = (
            row_pool(self._table, found, f"{self._plan.name} {attempt}")
            if written is None
            else [written_row(self._table, row) for row in written]
        )
        lists = self._list_values(pool, values)
        oracle = self._oracle({**values, **lists}, {})
        count = insert_rows(self._database, self._table, pool)
        if count == 0 and own:
            raise UnmadeError(f"no made row is accepted by its table; {_OWN_ADVICE}")
        if written is not None:
            if count < len(pool):
                raise UnmadeError(f"{len(pool) - count} of the rows of your own are refused by the table")
            return lists
        conditions = [oracle.condition(step) for step in conditional]
        wanted = _ROWS if len(own) == 1 else _ROWS_OF_A_STEP
        if keep_some(self._database, self._table, conditions, wanted) == 0 and conditions:
            raise UnmadeError(f"none of the rows that were made matches its where_condition; {_OWN_ADVICE}")
        return lists

    def _candidates(self, oracle: Oracle, steps: Sequence[StepPlan]) -> Candidates:
        known = dict(oracle.parameters)
        known |= {name: f"'{{}}'::{self._types[name]}" for name in self._lists if name in self._types}
        oracle = replace(oracle, parameters=known)
        conditions = [oracle.condition(step) for step in steps]
        conditions += [rule for step in self._plan.steps if not step.outputs for rule in oracle.rules(step)]
        found = dict(candidates(self._database, conditions, self._table))
        for name, listed in self._lists.items():
            column = self._table.column(listed)
            if column is not None and listed not in self._table.key and name in self._types:
                found[listed] = tuple(made(column.kind, number) for number in range(1, _VALUES_OF_A_LIST))
        return found

    def _list_values(
        self, pool: Sequence[Mapping[str, str | None]], values: Mapping[str, Value]
    ) -> dict[str, Value]:
        """Choose the lists: keys of some of the rows, or some of the values of a column."""
        chosen: dict[str, Value] = {}
        for parameter in self._plan.parameters:
            is_list = parameter.holds == "value" and parameter.type.endswith("[]")
            is_known = parameter.has_default and values[parameter.name].argument is None
            if not is_list or is_known or parameter.name in self._own.arguments:
                continue
            elements = self._elements(parameter, pool)
            if elements:
                chosen[parameter.name] = list_value(self._database, self._types[parameter.name], elements)
        return chosen

    def _elements(self, parameter: Parameter, pool: Sequence[Mapping[str, str | None]]) -> list[str]:
        column = self._lists.get(parameter.name)
        if column is not None:
            values = [value for row in pool if (value := row[column]) is not None]
            values = list(dict.fromkeys(values))
            return values[::_EVERY] if column in self._table.key else values[: max(len(values) // 2, 1)]
        sources = [step.source for step in self._plan.steps if isinstance(step.source, ListSource)]
        if any(source.parameter == parameter.name for source in sources):
            kind = kind_of(self._database, self._types[parameter.name].removesuffix("[]"))
            return [value for n in range(1, _ROWS + 1) if (value := made(kind, n)) is not None]
        return []

    def _check_preconditions(self, oracle: Oracle) -> None:
        for text, query in precondition_queries(oracle):
            if self._database.value(query) is not True:
                raise UnmadeError(f"its precondition {text} does not hold for the data that was made")

    def _keep(self, rows: Sequence[str]) -> None:
        name = quoted(self._table.schema, "initial")
        self._database.execute(f"truncate {name}")
        for row in rows:
            record = f"jsonb_populate_record(null::{name}, {literal(row)}::jsonb)"
            self._database.execute(f"insert into {name} select * from {record}")
