"""A YAML loader that follows the YAML 1.2 core schema.

PyYAML implements YAML 1.1: it reads ``on`` and ``no`` as booleans, ``2024-01-31`` as a date, ``012`` as ten,
and it rejects ``{month: :target_month}``, which is legal YAML 1.2. Specs are written by people who expect
what they see.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.nodes import Node

DEEPEST_NESTING = 50
"""Levels of nesting that a spec may have: more than the grammar needs, less than would exhaust the stack."""

_BLANK = "\0 \t\r\n\x85\u2028\u2029"
_FLOW_INDICATORS = ",[]{}"


class SpecLoader(yaml.SafeLoader):
    """``SafeLoader`` with the scalars and the flow syntax of YAML 1.2, limited in depth.

    Only its composer is used: callers turn nodes into values themselves, to keep the positions.
    """

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - the name is PyYAML's

    def __init__(self, stream: str) -> None:
        """Read from text that is already decoded."""
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        """Compose one node, refusing to go deeper than ``DEEPEST_NESTING``."""
        self._depth += 1
        try:
            if self._depth > DEEPEST_NESTING:
                mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
                raise ComposerError(None, None, f"nested more than {DEEPEST_NESTING} levels deep", mark)
            node: Node | None = super().compose_node(parent, index)
            return node
        finally:
            self._depth -= 1

    def check_plain(self) -> bool:
        """Let a plain scalar begin with ``:`` inside ``{}`` and ``[]`` when no blank follows."""
        if self.flow_level and self.peek() in ":?" and self.peek(1) not in _BLANK + _FLOW_INDICATORS:
            return True
        return bool(super().check_plain())

    def check_value(self) -> bool:
        """Take ``:`` inside ``{}`` and ``[]`` as an indicator only where YAML 1.2 does.

        That is before a blank or a flow indicator, and directly after a quoted key (``{"a":1}``).
        """
        if not self.flow_level or self.peek(1) in _BLANK + _FLOW_INDICATORS:
            return bool(super().check_value())
        previous = self.buffer[self.pointer - 1] if self.pointer else ""
        return previous in "\"']}" and self.flow_level in self.possible_simple_keys


def _add_core_schema() -> None:
    """Teach the loader the core schema: a tag, its pattern, and the characters it begins with."""
    digits = list("-+0123456789")
    core: list[tuple[str, str, list[str]]] = [
        ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
        ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
        ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", digits),
        ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", [*digits, "."]),
    ]
    for tag, pattern, first in core:
        SpecLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)


_add_core_schema()


def convert_scalar(kind: str, text: str) -> Any:
    """Return the Python value of a scalar of the core schema.

    Args:
        kind: ``bool``, ``null``, ``int``, ``float`` or ``str``.
        text: The scalar's text.

    Raises:
        ValueError: The text is not of that kind (possible after an explicit tag such as ``!!int abc``).
    """
    if kind == "null":
        return None
    if kind == "bool":
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{text!r} is not a boolean")
        return text.lower() == "true"
    if kind == "int":
        base = {"0x": 16, "0o": 8}.get(text[:2], 10)
        return int(text, base)
    if kind == "float":
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text!r} is too large")
        return number
    return text
