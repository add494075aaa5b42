"""Lengths of time as people write them: ``30 minutes``."""

from __future__ import annotations

import re

_SECONDS = {
    "second": 1,
    "sec": 1,
    "s": 1,
    "minute": 60,
    "min": 60,
    "m": 60,
    "hour": 3600,
    "h": 3600,
    "day": 86400,
    "d": 86400,
}

LONGEST_SECONDS = 366 * 86400
"""The longest duration: a year."""

_PART = re.compile(r"\s*([0-9]{1,9})\s*([a-z]+)\s*,?", re.IGNORECASE)


def parse_duration(text: str) -> int:
    """Return the seconds of a duration.

    Args:
        text: One or more amounts with units, as ``30 minutes``, ``90s`` or ``1 hour 30 minutes``.

    Returns:
        Whole seconds, at least 1.

    Raises:
        ValueError: The text is no duration, is zero, or is longer than a year; the message says what is
            valid.
    """
    rule = "write a number and a unit (seconds, minutes, hours, days), as in '30 minutes'"
    text = text.strip()
    seconds, place = 0, 0
    while place < len(text):
        part = _PART.match(text, place)
        unit = part.group(2).lower() if part else ""
        unit_seconds = _SECONDS.get(unit) or _SECONDS.get(unit.removesuffix("s"))
        if part is None or unit_seconds is None:
            raise ValueError(rule)
        seconds += int(part.group(1)) * unit_seconds
        place = part.end()
    if seconds == 0:
        raise ValueError(f"must be longer than zero; {rule}")
    if seconds > LONGEST_SECONDS:
        raise ValueError("must not be longer than a year (366 days)")
    return seconds
