"""What the demo prints, for people."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_console = Console(highlight=False, soft_wrap=True)


def heading(text: str) -> None:
    """Print the title of what comes next."""
    _console.print()
    _console.print(Text(text, style="bold"))


def say(text: str) -> None:
    """Print a sentence."""
    _console.print(Text(text))


def command(text: str) -> None:
    """Print a command line as a person would type it."""
    _console.print(Text(f"$ {text}", style="cyan"))


def output(line: str) -> None:
    """Print a line that a command printed."""
    _console.print(Text(f"  {line}", style="default"))


def fact(is_true: bool, text: str) -> None:
    """Print something that was checked."""
    mark = Text("  ok      ", style="green") if is_true else Text("  FAILED  ", style="bold red")
    _console.print(mark + Text(text))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], wrapped: str | None = None) -> None:
    """Print a table; numbers to the right, with thousands apart.

    Args:
        columns: The headings.
        rows: The cells below them.
        wrapped: The column that may take several lines where the terminal is narrow.
    """
    rows = list(rows)
    texts = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    drawn = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name, width, example in zip(columns, widths, rows[0], strict=True):
        drawn.add_column(
            name,
            justify="right" if isinstance(example, int) else "left",
            min_width=len(name) if name == wrapped else width,
            no_wrap=name != wrapped,
        )
    for row in texts:
        drawn.add_row(*row)
    _console.print(drawn, crop=False)
