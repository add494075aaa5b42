"""Where the rows come from that a step goes through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TargetSource:
    """Rows of the target: of an update, a delete, a select, and an insert that copies."""

    kind: Literal["target"] = "target"


@dataclass(frozen=True)
class RecordsSource:
    """A JSON array of records, given as a parameter.

    Attributes:
        parameter: The parameter.
        name: What the expressions call a record.
    """

    parameter: str
    name: str
    kind: Literal["records"] = "records"


@dataclass(frozen=True)
class CsvSource:
    """A CSV file.

    Attributes:
        parameter: The parameter that names it.
        delimiter: The character between its columns.
        has_header: Whether its first line has names.
    """

    parameter: str
    delimiter: str
    has_header: bool
    kind: Literal["csv"] = "csv"


@dataclass(frozen=True)
class ListSource:
    """The elements of an array, given as a parameter.

    Attributes:
        parameter: The parameter.
    """

    parameter: str
    kind: Literal["list"] = "list"


@dataclass(frozen=True)
class OutputSource:
    """The rows of an earlier step.

    Attributes:
        step: The step.
        name: What the expressions call its rows.
        field: The column that is used as a list; ``None`` for whole rows, or when only the database knows it.
    """

    step: str
    name: str
    field: str | None = None
    kind: Literal["output"] = "output"


@dataclass(frozen=True)
class OnceSource:
    """No rows: the step does its work once."""

    kind: Literal["once"] = "once"


Source = TargetSource | RecordsSource | CsvSource | ListSource | OutputSource | OnceSource

_CSV_POSITION = re.compile(r"csv_column_([1-9]\d{0,3})", re.ASCII)


def csv_position(name: str) -> int | None:
    """Return the place that a name like ``csv_column_2`` means, counted from 1; ``None`` for another name."""
    match = _CSV_POSITION.fullmatch(name)
    return int(match[1]) if match else None
