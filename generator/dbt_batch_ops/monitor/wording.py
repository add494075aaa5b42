"""Numbers, times and states as a person reads them."""

from __future__ import annotations

import re
from datetime import datetime

_DAY = 86_400


def duration(seconds: float) -> str:
    """Return a length of time.

    >>> [duration(one) for one in (0.0123, 0.4, 2, 12.3, 185, 7_800, 200_000)]
    ['12 ms', '400 ms', '2.0 s', '12 s', '3 min 05 s', '2 h 10 min', '2 d 7 h']
    """
    if seconds <= 0:
        return "0 s"
    if seconds < 0.00995:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    if whole < _DAY:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // 3600} h"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 row`` or ``2,000 rows``.

    >>> counted(1, "batch", "batches"), counted(2_000, "batch", "batches")
    ('1 batch', '2,000 batches')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def rate(rows_per_second: float | None) -> str:
    """Return a speed; a slow one with a decimal.

    >>> rate(12_345.6), rate(0.26), rate(0.0), rate(None)
    ('12,346 rows/s', '0.3 rows/s', '0 rows/s', '-')
    """
    if rows_per_second is None:
        return "-"
    if 0 < rows_per_second < 9.95:
        return f"{rows_per_second:.1f} rows/s"
    return f"{rows_per_second:,.0f} rows/s"


def percent(share: float) -> str:
    """Return a share in whole percent, never more than is so.

    >>> percent(0.999), percent(1.0), percent(0.0)
    ('99 %', '100 %', '0 %')
    """
    return f"{int(share * 100 + 1e-9)} %"


def short_id(operation_id: str) -> str:
    """Return what a run is called where there is little room; a command takes it as well.

    >>> short_id("1dbb33ad-5b94-43e6-9ee1-8d051116c961")
    '1dbb33ad'
    """
    return operation_id[:8]


def status_words(status: str) -> str:
    """Return a status as words.

    >>> status_words("completed_with_errors")
    'completed with errors'
    """
    return status.replace("_", " ")


def relation_name(target: str) -> str:
    """Return a table as people call it: without the database, and without quotes that say nothing.

    >>> relation_name('"shop"."public"."user"'), relation_name('"shop"."My Shop"."user"')
    ('public.user', '"My Shop".user')
    """
    parts = re.findall(r'"(?:[^"]|"")*"|[^".]+', target)[-2:]
    return ".".join(part[1:-1] if re.fullmatch(r'"[a-z_][a-z0-9_$]*"', part) else part for part in parts)


def clock(moment: datetime, now: datetime) -> str:
    """Return a time of day, with the date unless it is today's, in the zone of the one who looks."""
    local, today = moment.astimezone(), now.astimezone()
    return f"{local:%H:%M:%S}" if local.date() == today.date() else f"{local:%Y-%m-%d %H:%M}"


def one_line(text: str, most: int = 200) -> str:
    r"""Return a text on one line, without characters that would move a terminal's cursor.

    >>> one_line("two\nlines \x1b[2J")
    'two lines [2J'
    """
    flat = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return flat if len(flat) <= most else flat[: most - 3] + "..."
