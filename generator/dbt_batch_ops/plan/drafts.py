"""The steps of an operation as they were read: nothing is typed yet, no name is resolved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dbt_batch_ops.plan.expressions import ExpressionReader, Read
from dbt_batch_ops.plan.steps import WorkItem
from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.spec.document import Location
from dbt_batch_ops.spec.work import CSV_FILE, DATA_KEYS
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.parameters import PlacedUse


@dataclass
class Draft:
    """What was read of one step.

    Attributes:
        item: The step.
        values: Column to what it is set to, in the order of the file.
        mapped: Column to CSV column, each as a use of that column.
        condition: ``where_condition``.
        rules: ``validation_rules``.
        arguments: What the function is given; the name is ``None`` for an ``input`` that is no mapping.
    """

    item: WorkItem
    values: list[tuple[str, Read]] = field(default_factory=list)
    mapped: list[tuple[str, PlacedUse]] = field(default_factory=list)
    condition: Read | None = None
    rules: list[Read] = field(default_factory=list)
    arguments: list[tuple[str | None, Read]] = field(default_factory=list)

    @property
    def written_columns(self) -> list[str]:
        """The columns that are written."""
        return [column for column, _ in self.mapped] + [column for column, _ in self.values]

    @property
    def input(self) -> PlacedUse | None:
        """The one parameter or field that is the function's whole input, or ``None``."""
        if len(self.arguments) == 1 and self.arguments[0][0] is None:
            return self.arguments[0][1].whole
        return None

    def row_reads(self) -> Iterator[Read]:
        """Yield what may mention fields of a row source."""
        yield from (read for _, read in self.values)
        yield from (read for _, read in self.arguments)

    def target_reads(self) -> Iterator[Read]:
        """Yield what may not: conditions over rows of the target or over the written columns."""
        if self.condition is not None:
            yield self.condition
        yield from self.rules

    def reads(self) -> Iterator[Read]:
        """Yield every expression, in the order in which parameters become arguments."""
        yield from self.row_reads()
        yield from self.target_reads()

    def fields(self) -> Iterator[PlacedUse]:
        """Yield every use of a field of the row source."""
        yield from (placed for _, placed in self.mapped)
        for read in self.row_reads():
            yield from (placed for placed in read.uses if placed.use.field is not None)


def read_draft(reader: ExpressionReader, item: WorkItem) -> Draft:
    """Read one step.

    Args:
        reader: Reads its expressions; mistakes are added to its document.
        item: The step.
    """
    draft, work, location = Draft(item), item.work, item.location
    _read_mapping(reader, draft)
    key = DATA_KEYS.get(item.type)
    for column, value in (getattr(work, key) or {}).items() if key is not None else ():
        assert key is not None
        place: Location = (*location, key, column)
        if not _may_be_written(reader, draft, place, column):
            continue
        read = reader.value(place, column, value)
        if read is not None:
            draft.values.append((column, read))
    if work.where_condition is not None:
        draft.condition = reader.condition((*location, "where_condition"), work.where_condition)
    _read_rules(reader, draft)
    if item.type == "custom_function" and item.has("input"):
        _read_input(reader, draft, work.input)
    return draft


def _read_mapping(reader: ExpressionReader, draft: Draft) -> None:
    location: Location = (*draft.item.location, "field_mapping")
    if draft.item.work.data_source != CSV_FILE:
        return
    for column, name in (draft.item.work.field_mapping or {}).items():
        place = (*location, column)
        if not _may_be_written(reader, draft, place, column):
            continue
        type_ = (reader.fields or {}).get(column)
        live = column if type_ is not None and not type_.is_array else None
        position = reader.document.position(place)
        use = Use(CSV_FILE, 0, type_, live, field=name)
        draft.mapped.append((column, PlacedUse(use, position.line, position.column)))


def _may_be_written(reader: ExpressionReader, draft: Draft, location: Location, column: str) -> bool:
    """Record a column that the entity does not have, or that must not be set."""
    place = reader.document.key_position(location)
    if reader.fields is not None and column not in reader.fields:
        near = suggestion(column, reader.fields) or f"; 'fields' has {listed(reader.fields)}"
        reader.document.error(place, f"unknown column {quoted(column)}{near}")
        if "field_mapping" in location:
            return False  # its type would be told from a column that is not there
    if column in [mapped for mapped, _ in draft.mapped] and "field_mapping" not in location:
        reader.document.error(place, f"the column {quoted(column)} is in 'field_mapping', too; remove one")
    if draft.item.type != "update" or column not in draft.item.key:
        return True
    # A moved key would leave its batch or enter another.
    if draft.item.has_declared_key:
        problem = f"the key column {quoted(column)} cannot be set: rows would move between batches"
    else:
        problem = (
            "'id' cannot be set: it is taken for the key, and rows would move between batches; "
            "write 'key:' if another column is the key"
        )
    reader.document.error(place, problem)
    return False


def _read_rules(reader: ExpressionReader, draft: Draft) -> None:
    written = draft.written_columns
    for index, text in enumerate(draft.item.work.validation_rules or ()):
        place = reader.document.item_location((*draft.item.location, "validation_rules"), index)
        read = reader.condition(place, text, written or None, "the imported row")
        if read is not None:
            draft.rules.append(read)


def _read_input(reader: ExpressionReader, draft: Draft, value: Any) -> None:
    location: Location = (*draft.item.location, "input")
    if not isinstance(value, dict) or set(value) in ({"sql"}, {"value"}):
        read = reader.argument(location, "input", value)
        if read is not None:
            draft.arguments.append((None, read))
        return
    if not value:
        problem = "'input' is an empty mapping; leave it out for a function without arguments"
        reader.document.error(reader.document.position(location), problem)
    for name, given in value.items():
        read = reader.argument((*location, name), name, given)
        if read is not None:
            draft.arguments.append((name, read))
