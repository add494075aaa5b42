"""What a person at the terminal sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.measurement import Case, Outcome, Pair
from benchmarks.report import COLUMNS, NUMERIC, cells

_console = Console(highlight=False, soft_wrap=True)
# A table is rather wider than a narrow terminal or a log file's 80 columns than cut off.
_console.width = max(_console.width, 120)
_MET = {"yes": "green", "no": "yellow", "broken": "bold red"}


def say(text: str) -> None:
    """Print a line."""
    _console.print(Text(text))


@contextmanager
def busy(text: str) -> Iterator[None]:
    """Show that something is being done, for as long as the block lasts."""
    with _console.status(Text(text)):
        yield


def case_started(case: Case, rows: int) -> None:
    """Print what is measured next."""
    _console.print()
    _console.print(Text(case.name, style="bold") + Text(f"  {case.work_on(rows)}", style="default"))


def round_ended(pair: Pair, case: Case, number: int, rounds: int) -> None:
    """Print what one round measured."""
    sides = f"{pair.measured.value:,.3f} {case.unit}"
    if pair.baseline:
        sides += f" / {pair.baseline.value:,.3f} {case.unit} = {pair.result:.2f}"
    cpu = f"  (CPU {pair.cpu_ratio:.2f})" if pair.cpu_ratio is not None else ""
    say(f"  {number} of {rounds}  {sides}{cpu}")


def case_broke(reason: str) -> None:
    """Print why a case could not be measured."""
    _console.print(Text("  broken: ", style="bold red") + Text(reason))


def cases(all_cases: Sequence[Case], rows: int) -> None:
    """Print what can be measured."""
    table = _table(("row", "work", "target"))
    for case in all_cases:
        table.add_row(case.name, Text(case.work_on(rows)), case.target)
    _console.print(table)


def results(outcomes: Sequence[Outcome], rows: int) -> None:
    """Print the table of results."""
    table = _table(("row", *COLUMNS[1:]))
    for outcome in outcomes:
        row = (outcome.case.name, *cells(outcome, rows)[1:])
        table.add_row(*(Text(cell, style=_MET.get(cell, "")) for cell in row))
    _console.print()
    _console.print(table)


def _table(columns: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in NUMERIC else "left", no_wrap=name != "work")
    return table
