"""PostgreSQL's regular expressions for engines that have others: RE2 (DuckDB) and Java's (Spark)."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<set>\[\^?\]?[^\[\]\\&]*\])
    | (?P<digit>\\d)
    | (?P<escaped>\\[^A-Za-z0-9])
    | (?P<end>\$)
    | (?P<group>\((?!\?)|\)|\(\?:)
    | (?P<repeat>(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})(?![*+?{]))
    | (?P<plain>[^\\\[\](){}*+?$])
    """,
    re.VERBOSE,
)


def portable_pattern(pattern: str, *, ignores_case: bool) -> str | None:
    r"""Return a pattern that matches the same texts everywhere; ``None`` when that is not certain.

    ``.`` matches line breaks in PostgreSQL, ``$`` only the end, and ``\w``, ``\s`` and ``[[:alpha:]]`` are
    about all alphabets; none of it is so in RE2 or Java.

    Args:
        pattern: The pattern, as PostgreSQL reads it.
        ignores_case: Whether case counts not.
    """
    if pattern.startswith("***") or pattern.startswith("(?"):
        return None
    pieces: list[str] = []
    place = 0
    while place < len(pattern):
        match = _TOKEN.match(pattern, place)
        if match is None:
            return None
        place = match.end()
        if match["digit"]:
            pieces.append("[0-9]")
        elif match["end"]:
            pieces.append(r"\z")
        else:
            pieces.append(match.group())
    # Java needs u to fold other letters than ASCII; RE2 always does, and does not know it.
    return f"(?s{'i' if ignores_case else ''})" + "".join(pieces)


def is_one_way(pattern: str) -> bool:
    """Return whether it is certain how much a pattern matches: PostgreSQL takes the longest of alternatives.

    Args:
        pattern: The pattern, as PostgreSQL reads it.
    """
    return "|" not in pattern
