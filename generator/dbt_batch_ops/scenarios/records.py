"""Records and files for operations that import rows."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence
from typing import Any

from dbt_batch_ops.plan.model import StepPlan
from dbt_batch_ops.plan.sources import CsvSource, csv_position
from dbt_batch_ops.scenarios.arguments import argument
from dbt_batch_ops.scenarios.candidates import Candidates
from dbt_batch_ops.scenarios.database import Database, RefusedError, literal, quoted
from dbt_batch_ops.scenarios.table import Table, UnmadeError, kind_of
from dbt_batch_ops.scenarios.values import Kind, made
from dbt_batch_ops.sql.fragments import FieldValue

_POOL = 120
_FIRST = 300

Record = Mapping[str, Any]


def record_pool(
    database: Database,
    step: StepPlan,
    table: Table,
    found: Candidates,
    existing: Sequence[Mapping[str, str | None]],
    seed: str,
) -> list[Record]:
    """Return records to choose from.

    Args:
        database: The database.
        step: The step that reads them.
        table: The scratch table.
        found: Values that decide rules, by column.
        existing: The rows of the table: of an upsert, every other record is about one of them.
        seed: The same seed gives the same records.

    Raises:
        UnmadeError: A field of a type of which no value is known.
    """
    dice = random.Random(seed)  # noqa: S311 - nothing is secret here
    kinds = {field.name: _kind(database, table, field.column, field.type) for field in step.fields}
    feeds = _feeds(step)
    records: list[Record] = []
    for number in range(_POOL):
        record: dict[str, Any] = {}
        for name, kind in kinds.items():
            column = feeds.get(name)
            text = _text(kind, column, found, number, dice)
            is_known = column in step.conflict_target and number % 2 == 0 and number // 2 < len(existing)
            if is_known and column is not None:
                text = existing[number // 2][column]
            if text is None and column is None:
                raise UnmadeError(f"field {name}: no value of the type {kind.name} is known")
            record[name] = None if text is None else argument(kind, text)
        records.append(record)
    return records


def _kind(database: Database, table: Table, column: str | None, type_: str) -> Kind:
    known = table.column(column)
    if known is not None:
        return known.kind
    try:
        return kind_of(database, type_)
    except RefusedError as refused:
        raise UnmadeError(refused.message) from refused


def _feeds(step: StepPlan) -> dict[str, str]:
    """Return the column that each field becomes as it is."""
    found: dict[str, str] = {}
    for assignment in step.assignments:
        fragments = assignment.value.fragments
        if len(fragments) == 1 and isinstance(fragments[0], FieldValue):
            found[fragments[0].name] = assignment.column
    return found


def _text(kind: Kind, column: str | None, found: Candidates, number: int, dice: random.Random) -> str | None:
    known = found.get(column or "", ())
    if known and column is not None and dice.random() < 0.5:
        return dice.choice(list(known))
    return made(kind, _FIRST + number)


def source_sql(step: StepPlan, table: Table, records: Sequence[Record]) -> str:
    """Return records as a table in SQL, called ``source``, with their number as ``batch_ordinal``.

    Args:
        step: The step that reads them.
        table: The scratch table.
        records: The records.
    """
    import json

    types = {field.name: _field_type(table, field.column, field.type) for field in step.fields}
    if not types:
        return f"(select batch_ordinal from generate_series(1, {len(records)}) as batch_ordinal) as source"
    columns = ", ".join(f"{quoted(name)} {type_}" for name, type_ in types.items())
    names = ", ".join(quoted(name) for name in types)
    text = literal(json.dumps(list(records), ensure_ascii=False))
    return (
        f"(select * from rows from (jsonb_to_recordset({text}::jsonb) as ({columns}))\n"
        f"with ordinality as source ({names}, batch_ordinal)) as source"
    )


def _field_type(table: Table, column: str | None, type_: str) -> str:
    known = table.column(column)
    return known.type if known is not None else type_


def csv_file(step: StepPlan, source: CsvSource, records: Sequence[Record]) -> bytes:
    """Return records as the CSV file that a step reads.

    Args:
        step: The step.
        source: How the file is written.
        records: The records.
    """
    names = [field.name for field in step.fields]
    positions = {name: csv_position(name) for name in names}
    width = max([len(names), *(place for place in positions.values() if place)], default=1)
    free = iter([n for n in range(1, width + 1) if n not in positions.values()])
    places = {name: place or next(free) for name, place in positions.items()}
    header = [f"column {n}" for n in range(1, width + 1)]
    for name, place in places.items():
        header[place - 1] = header[place - 1] if positions[name] else name
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=source.delimiter, lineterminator="\n")
    if source.has_header:
        writer.writerow(header)
    for record in records:
        line = [""] * width
        for name, place in places.items():
            line[place - 1] = _cell(record[name])
        writer.writerow(line)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    import json

    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "{" + ",".join(json.dumps(str(item)) for item in value) + "}"
    return json.dumps(value) if isinstance(value, dict) else str(value)
