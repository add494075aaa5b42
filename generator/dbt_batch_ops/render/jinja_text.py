"""Text inside the Jinja that is generated."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

WIDEST_LINE = 80
"""Characters of a generated line of Jinja before it is broken; sqlfluff's default."""

# A brace that would begin a tag: before {, % or #, and at the end, where a tag of ours may follow.
_OPENING = re.compile(r"\{(?=[{%#]|\Z)")


def escape(text: str) -> str:
    """Return text that Jinja prints as it is: an opening brace of a tag becomes ``{{ '{' }}``.

    Args:
        text: SQL or prose of a user.
    """
    return _OPENING.sub("{{ '{' }}", text)


def comment(text: str) -> str:
    """Return text for a Jinja comment, which must not end it.

    Args:
        text: Prose of a user.
    """
    return text.replace("#}", "# }").replace("{#", "{ #").strip("-+")


def shown_path(path: str) -> str:
    """Return a path as one line of printable characters.

    Args:
        path: The path of a spec, whatever its name has in it.
    """
    return "".join(character if character.isprintable() else "?" for character in path)


def string(text: str) -> str:
    """Return a Jinja string literal.

    JSON's escapes mean the same in Jinja, but not its surrogate pairs, so characters stay as they are.

    Args:
        text: Any text.
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass(frozen=True)
class Expression:
    """Jinja that is printed as it is, where otherwise a value is.

    Attributes:
        text: The expression.
    """

    text: str


def literal(value: Any) -> str:
    """Return a Jinja expression for a value that YAML can hold.

    Args:
        value: ``None``, a boolean, a finite number, text, a list, a mapping, or an ``Expression``.
    """
    if isinstance(value, Expression):
        return value.text
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{string(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    return string(str(value))


def laid_out(value: Any, indent: int, used: int) -> str:
    """Return a Jinja expression for a value, over several lines where one would be too long.

    Args:
        value: As for ``literal``.
        indent: Spaces before the line on which it ends.
        used: Characters before it on its first line.
    """
    line = literal(value)
    if used + len(line) + len(",") <= WIDEST_LINE or not value or not isinstance(value, (dict, list, tuple)):
        return line
    margin = " " * (indent + 4)
    if isinstance(value, dict):
        heads = [f"{margin}{string(str(key))}: " for key in value]
        items = [
            head + laid_out(item, indent + 4, len(head))
            for head, item in zip(heads, value.values(), strict=True)
        ]
        opening, closing = "{", "}"
    else:
        items = [margin + laid_out(item, indent + 4, indent + 4) for item in value]
        opening, closing = "[", "]"
    return opening + "\n" + ",\n".join(items) + "\n" + " " * indent + closing
