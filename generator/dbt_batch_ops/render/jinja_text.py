"""Text inside the Jinja that is generated."""

from __future__ import annotations

import json
import math
import re
from typing import Any

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


def string(text: str) -> str:
    """Return a Jinja string literal.

    JSON's escapes mean the same in Jinja, but not its surrogate pairs, so characters stay as they are.

    Args:
        text: Any text.
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def literal(value: Any) -> str:
    """Return a Jinja expression for a value that YAML can hold.

    Args:
        value: ``None``, a boolean, a finite number, text, a list or a mapping.
    """
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
