"""How commands talk: diagnostics, tables, and JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.spec.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from dbt_batch_ops.render.output import FileState


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr, one per line, as ``path:line:column: message``."""
    for diagnostic in diagnostics:
        print_error(str(diagnostic))


def print_error(message: str) -> None:
    """Print one line on stderr, whatever characters are in it and whatever the terminal's encoding is."""
    encoding = sys.stderr.encoding or "utf-8"
    sys.stderr.write(message.encode(encoding, errors="backslashreplace").decode(encoding) + "\n")


def print_summary(diagnostics: Sequence[Diagnostic]) -> None:
    """Print how many errors, warnings and notes there were, on stderr; nothing when there were none."""
    numbers = {
        severity: sum(diagnostic.severity is severity for diagnostic in diagnostics) for severity in Severity
    }
    counts = [counted(number, severity.value) for severity, number in numbers.items() if number]
    if counts:
        print_error(", ".join(counts))


def counted(number: int, noun: str) -> str:
    """Return ``1 error`` or ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def print_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Print an aligned table on stdout.

    Args:
        rows: The cells.
        header: The names of the columns.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in header:
        table.add_column(name, no_wrap=True, overflow="ignore")
    for row in rows:
        # Text keeps square brackets of a path from being read as markup.
        table.add_row(*(Text(cell) for cell in row))
    console = Console(highlight=False)
    width = sum(max(len(row[place]) for row in [*rows, header]) + 2 for place in range(len(header)))
    console.width = max(console.width, width)
    console.print(table)


def print_json(content: dict[str, Any]) -> None:
    """Print an object for programs on stdout."""
    sys.stdout.write(json.dumps(content, indent=2) + "\n")


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """Return diagnostics for programs."""
    return [
        {
            "path": diagnostic.path,
            "line": diagnostic.position.line,
            "column": diagnostic.position.column,
            "severity": diagnostic.severity.value,
            "message": diagnostic.message,
        }
        for diagnostic in diagnostics
    ]


def files_json(states: Iterable[FileState]) -> list[dict[str, str]]:
    """Return the states of files for programs."""
    return [
        {"path": state.path.as_posix(), "operation": state.operation, "state": state.state.value}
        for state in states
    ]
