"""What COPY says about a file, in terms of the file."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psycopg2

_BAD_FILE_FORMAT = "22P04"
# COPY upload_1f0e, line 3, column csv_2: "a,b"; the words are in the server's language.
_CONTEXT = re.compile(r'^COPY [^,]+,[^\d"]*(?P<line>\d+)(?:[^"]*: "(?P<text>.*)")?$', re.DOTALL)
_COLUMN = re.compile(r'"csv_(\d+)"')
_SHOWN = 100


def copy_problem(
    error: psycopg2.Error, name: str, column_count: int, delimiter: str, quote: str, *, has_header: bool
) -> str:
    """Return what is wrong with a file that COPY refused, as ``file.csv:3: has 4 values, the header has 3``.

    Args:
        error: What the server said.
        name: The file.
        column_count: Values that each row must have.
        delimiter: What stands between values.
        quote: What stands around values.
        has_header: Whether the first line says how many columns there are by naming them.
    """
    message = str(error.diag.message_primary or error).strip()
    context = _CONTEXT.match(error.diag.context or "")
    if context is None:
        return f"{name}: {message}"
    place = f"{name}:{context['line']}:"
    if error.pgcode != _BAD_FILE_FORMAT:
        return f"{place} {message}"
    expected = f"{'the header' if has_header else 'the first line'} has {column_count}"
    missing = _COLUMN.search(message)
    if missing is not None:
        if not context["text"]:
            return f"{place} is an empty line, {expected} values"
        return f"{place} has {_values(int(missing[1]) - 1)}, {expected}"
    if "extra data" in message:
        return f"{place} has {_counted(context['text'] or '', column_count, delimiter, quote)}, {expected}"
    if "unterminated" in message:
        begin = (context["text"] or "").partition("\n")[0][:60]
        where = f"; the row begins with '{begin}'" if begin else ""
        return f"{place} the file ends within quotes ({quote}){where}"
    return f"{place} {message}"


def _counted(shown: str, column_count: int, delimiter: str, quote: str) -> str:
    """Return how many values a row with too many has; of a long one, COPY shows the beginning only."""
    if len(shown) >= _SHOWN:
        return f"more than {_values(column_count)}"
    try:
        return _values(len(next(csv.reader([shown], delimiter=delimiter, quotechar=quote))))
    except (csv.Error, StopIteration):
        return f"more than {_values(column_count)}"


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"
