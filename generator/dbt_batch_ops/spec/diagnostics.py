"""What is wrong with a spec, and where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

LONGEST_QUOTE = 60
"""Characters of the user's own text that a message repeats at most."""

LONGEST_LIST = 40
"""Names that a message lists at most."""


class Severity(Enum):
    """How bad a diagnostic is. Errors stop generation; warnings and notes do not.

    A warning says that something is probably not as it was meant, a note how something was understood.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Position:
    """A place in a spec file.

    Attributes:
        line: Line, counted from 1.
        column: Column in characters, counted from 1.
    """

    line: int
    column: int


@dataclass(frozen=True)
class Diagnostic:
    """One finding about a spec, printed as ``path:line:column: message``.

    Attributes:
        path: The spec's path as the user sees it, relative to the project folder.
        position: Where in the file.
        message: One line: what was found, what is valid, what to write instead.
        severity: Whether it stops the generator.
    """

    path: str
    position: Position
    message: str
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Keep the message on one line of printable characters, whatever of the spec is repeated in it."""
        object.__setattr__(self, "message", printable(self.message))

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order in which diagnostics are reported: by file, then by position."""
        return (self.path, self.position.line, self.position.column, self.severity.value, self.message)

    def __str__(self) -> str:
        """Return the line that the user reads."""
        label = "" if self.severity is Severity.ERROR else f"{self.severity.value}: "
        return f"{printable(self.path)}:{self.position.line}:{self.position.column}: {label}{self.message}"


def printable(text: str) -> str:
    """Return a text with control characters, line breaks and unpaired surrogates escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def quoted(text: object) -> str:
    """Return user text for a message: in single quotes, on one line, cut to a readable length.

    Args:
        text: Anything from a spec.

    Returns:
        The text with control characters, line breaks and unpaired surrogates escaped.
    """
    whole = str(text)
    cut = whole if len(whole) <= LONGEST_QUOTE else whole[: LONGEST_QUOTE - 3] + "..."
    return f"'{printable(cut)}'"


def listed(names: Iterable[str]) -> str:
    """Return names for a message, separated by commas; of very many, the first."""
    every = list(names)
    rest = len(every) - LONGEST_LIST
    return ", ".join(every[:LONGEST_LIST]) + (f" and {rest} more" if rest > 0 else "")


def suggestion(name: str, candidates: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the nearest candidate, or nothing when none is near.

    Args:
        name: What the user wrote.
        candidates: The valid spellings.
    """
    by_folded = {candidate.lower(): candidate for candidate in candidates}
    near = difflib.get_close_matches(name.lower()[:LONGEST_QUOTE], by_folded, n=1, cutoff=0.6)
    return f"; did you mean {quoted(by_folded[near[0]])}?" if near else ""
