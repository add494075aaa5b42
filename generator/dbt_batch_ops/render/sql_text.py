"""Fragments of SQL as Jinja text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dbt_batch_ops.plan.model import SqlPart
from dbt_batch_ops.render import jinja_text
from dbt_batch_ops.sql.fragments import (
    FieldValue,
    Fragment,
    InputValue,
    ListTerm,
    ParameterValue,
    RunStartedAt,
    Text,
)

_DICT_METHODS = frozenset(dir(dict))
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def member(collection: str, name: str) -> str:
    """Return the Jinja expression for an entry of one of ``b``'s dictionaries.

    Args:
        collection: ``params``, ``lists`` or ``fields``.
        name: The parameter or field. One that is called like a method of a dictionary (``items``) needs
            brackets, because Jinja would find the method first, and so does one that is no plain name.
    """
    if name in _DICT_METHODS or not _PLAIN.fullmatch(name):
        return f"b.{collection}[{jinja_text.string(name)}]"
    return f"b.{collection}.{name}"


def part_text(part: SqlPart, indent: int) -> str:
    """Return a piece of a statement, with the lines after its first indented.

    Args:
        part: The piece.
        indent: Spaces before each further line. Line breaks inside a string or comment get none, since they
            belong to its text.
    """
    fragments = _stripped(part.fragments)
    return "".join(_fragment_text(fragment, indent) for fragment in fragments)


def _stripped(fragments: tuple[Fragment, ...]) -> list[Fragment]:
    """Remove blanks at both ends, such as the line break that ends a block scalar."""
    pieces = list(fragments)
    if pieces and isinstance(pieces[0], Text):
        cut = len(pieces[0].sql) - len(pieces[0].sql.lstrip())
        unbroken = frozenset(place - cut for place in pieces[0].unbroken)
        pieces[0] = Text(pieces[0].sql.lstrip(), unbroken)
    if pieces and isinstance(pieces[-1], Text):
        pieces[-1] = Text(pieces[-1].sql.rstrip(), pieces[-1].unbroken)
    return pieces


def _fragment_text(fragment: Fragment, indent: int) -> str:
    if isinstance(fragment, ParameterValue):
        value = "{{ " + member("params", fragment.name) + " }}"
        return f"select unnest({value})" if fragment.as_rows else value
    if isinstance(fragment, FieldValue):
        return "{{ " + member("fields", fragment.name) + " }}"
    if isinstance(fragment, InputValue):
        return "{{ b.input }}"
    if isinstance(fragment, ListTerm):
        return "{{ " + member("lists", fragment.name) + " }}"
    if isinstance(fragment, RunStartedAt):
        return "{{ b.run_started_at }}"
    assert isinstance(fragment, Text)
    return jinja_text.escape(_indented(fragment, indent))


def _indented(text: Text, indent: int) -> str:
    lines: list[str] = []
    start = 0
    for place, character in enumerate(text.sql):
        if character == "\n" and place not in text.unbroken:
            lines.append(text.sql[start:place].rstrip(" \t"))
            start = place + 1
    lines.append(text.sql[start:])
    return _joined(lines, " " * indent)


def _joined(lines: Iterable[str], margin: str) -> str:
    first, *others = lines
    return "\n".join(
        [first, *(margin + line.lstrip(" \t") if not line.strip() else margin + line for line in others)]
    )
