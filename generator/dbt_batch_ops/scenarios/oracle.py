"""What an operation has to leave behind: each step as one plain statement, without batches or engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dbt_batch_ops.plan.model import Assignment, OperationPlan, StepPlan
from dbt_batch_ops.plan.sources import CsvSource, ListSource, OutputSource, RecordsSource
from dbt_batch_ops.scenarios.database import Database, quoted
from dbt_batch_ops.scenarios.expressions import Meaning, part_sql
from dbt_batch_ops.scenarios.records import Record, source_sql
from dbt_batch_ops.scenarios.stand_ins import StandIn
from dbt_batch_ops.scenarios.table import Table, UnmadeError

_ONCE = "(values (1::bigint)) as source (batch_ordinal)"


@dataclass(frozen=True)
class Oracle:
    """Does what an operation has to do, inside the transaction of its caller.

    Attributes:
        database: The database.
        plan: The operation, with its functions in the scratch schema.
        table: The scratch table.
        parameters: The parameters, as SQL.
        records: The records of each parameter that holds some.
        functions: The functions that steps call.
    """

    database: Database
    plan: OperationPlan
    table: Table
    parameters: Mapping[str, str]
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    functions: Mapping[str, StandIn] = field(default_factory=dict)

    def work(self) -> list[int]:
        """Do all steps; return how many rows each changed, selected or got back.

        Raises:
            RefusedError: The database refuses one.
            UnmadeError: A step is of a form that this cannot do.
        """
        counts: list[int] = []
        for step in self.plan.steps:
            counts.append(self._work(step))
        return counts

    def selected(self, step: StepPlan) -> str:
        """Return the query of a step that selects, in the order of the key."""
        columns = ", ".join(map(quoted, step.select_columns))
        order = ", ".join(map(quoted, self.table.key))
        return f"select {columns} from {self.table.sql} where {self.condition(step)} order by {order}"

    def condition(self, step: StepPlan) -> str:
        """Return the condition of a step."""
        return part_sql(step.condition, self._meaning(step)) if step.condition is not None else "true"

    def mapped(self, step: StepPlan) -> str:
        """Return the rows that a step writes, as a query with the columns that it writes."""
        values = ",\n".join(self._value(step, a) + f" as {quoted(a.column)}" for a in step.assignments)
        return f"select {values}\nfrom {self._source(step)}\nwhere {self.condition(step)}"

    def rules(self, step: StepPlan) -> list[str]:
        """Return the rules of a step, as SQL over the columns that it writes."""
        return [part_sql(rule.condition, self._meaning(step)) for rule in step.rules]

    def _work(self, step: StepPlan) -> int:
        kind = step.operation_type
        if kind == "update":
            values = ",\n".join(
                f"{quoted(a.column)} = {part_sql(a.value, self._meaning(step))}" for a in step.assignments
            )
            statement = f"update {self.table.sql} set {values} where {self.condition(step)}"
        elif kind == "delete":
            statement = f"delete from {self.table.sql} where {self.condition(step)}"
        elif kind == "select":
            statement = f"create temporary table {self._output(step)} on commit drop as {self.selected(step)}"
        elif kind == "custom_function":
            statement = self._call(step)
        else:
            statement = self._insert(step)
        return self.database.execute(statement)

    def _insert(self, step: StepPlan) -> str:
        rules = " and ".join(self.rules(step)) or "true"
        columns = ", ".join(quoted(a.column) for a in step.assignments)
        rows = f"select * from (\n{self.mapped(step)}\n) as mapped where {rules}"
        statement = f"insert into {self.table.sql} as target ({columns})\n{rows}"
        if step.operation_type == "upsert":
            statement += "\n" + _on_conflict(step)
        if not step.has_output:
            return statement
        key = ", ".join(map(quoted, self.table.key))
        output = self._output(step)
        self.database.execute(
            f"create temporary table {output} on commit drop as "
            f"select {key} from {self.table.sql} where false"
        )
        returned = ", ".join(f"target.{quoted(name)}" for name in self.table.key)
        return (
            f"with written as ({statement}\nreturning {returned}) insert into {output} select * from written"
        )

    def _value(self, step: StepPlan, assignment: Assignment) -> str:
        sql = part_sql(assignment.value, self._meaning(step))
        column = self.table.column(assignment.column)
        return f"{sql}::{column.type}" if assignment.is_literal and column is not None else sql

    def _call(self, step: StepPlan) -> str:
        name = quoted(*step.function)
        meaning = self._meaning(step)
        source = self._source(step)
        stand_in = self.functions[step.name]
        if stand_in.takes_many:
            aggregate = "array_agg" if (stand_in.takes or "").endswith("[]") else "jsonb_agg"
            gathered = f"select {aggregate}({self._input(step)}) as input from {source}"
            source = f"({gathered} having count(*) > 0) as source"
            meaning = Meaning(meaning.parameters, "source.input")
        elif any(a.name is None for a in step.arguments):
            meaning = Meaning(meaning.parameters, self._input(step))
        arguments = ", ".join(
            (f"{quoted(a.name)} => " if a.name is not None else "") + part_sql(a.value, meaning)
            for a in step.arguments
        )
        alias = (
            f"called ({', '.join(quoted(name) for name, _ in stand_in.columns)})"
            if stand_in.columns
            else "called"
        )
        query = f"select called.* from {source} cross join lateral {name}({arguments}) as {alias}"
        if not stand_in.columns or not step.has_output:
            return query
        return f"create temporary table {self._output(step)} on commit drop as {query}"

    def _input(self, step: StepPlan) -> str:
        source = step.source
        if isinstance(source, OutputSource):
            return f"source.{quoted(source.field or self._first_column(source.step))}"
        if isinstance(source, ListSource):
            return "source.value"
        names = ", ".join(f"'{f.name}', source.{quoted(f.name)}" for f in step.fields)
        return f"jsonb_build_object({names})" if names else "source.record"

    def _source(self, step: StepPlan) -> str:
        source = step.source
        if source.kind == "target":
            return self.table.sql
        if isinstance(source, (RecordsSource, CsvSource)):
            records = self.records[source.parameter]
            if not step.fields and step.operation_type == "custom_function":
                return _whole_records(records)
            return source_sql(step, self.table, records)
        if isinstance(source, ListSource):
            return f"unnest({self.parameters[source.parameter]}) as source (value)"
        return f"{self._output_of(source.step)} as source" if isinstance(source, OutputSource) else _ONCE

    def _meaning(self, step: StepPlan) -> Meaning:
        lists = {
            o.name: f"array(select {quoted(o.field or self._first_column(o.step))} "
            f"from {self._output_of(o.step)})"
            for o in step.outputs
        }
        return Meaning({**self.parameters, **lists})

    def _first_column(self, step: str) -> str:
        if step in self.functions:
            columns = self.functions[step].columns
            if columns:
                return columns[0][0]
        earlier = next(own for own in self.plan.steps if own.name == step)
        if earlier.select_columns:
            return earlier.select_columns[0]
        if len(self.table.key) != 1:
            raise UnmadeError(f"the rows of the step {step} have several columns")
        return self.table.key[0]

    def _output(self, step: StepPlan) -> str:
        return self._output_of(step.name)

    def _output_of(self, step: str) -> str:
        return quoted("pg_temp", f"output_{step}")


def _whole_records(records: Sequence[Record]) -> str:
    import json

    from dbt_batch_ops.scenarios.database import literal

    return f"jsonb_array_elements({literal(json.dumps(list(records)))}::jsonb) as source (record)"


def _on_conflict(step: StepPlan) -> str:
    target = ", ".join(map(quoted, step.conflict_target))
    if not step.conflict_updates:
        return f"on conflict ({target}) do nothing"
    sets = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in step.conflict_updates)
    changed = " or ".join(
        f"target.{quoted(name)}::text is distinct from excluded.{quoted(name)}::text"
        for name in step.conflict_updates
    )
    return f"on conflict ({target}) do update set {sets} where {changed}"
