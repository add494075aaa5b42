"""What a terminal shows: what was printed to it, drawn as a terminal draws it."""

import pyte

from support.commands.terminal import Terminal


def lines(terminal: Terminal) -> list[str]:
    """Return the lines that are on the screen now, without what is blank at their end."""
    columns, rows = terminal.size
    screen = pyte.Screen(columns, rows)
    # A terminal's other screen is begun empty, and left as it was; pyte has only one.
    pyte.ByteStream(screen).feed(terminal.shown)
    return [line.rstrip() for line in screen.display]


def text(terminal: Terminal) -> str:
    """Return the same as one text."""
    return "\n".join(lines(terminal))
