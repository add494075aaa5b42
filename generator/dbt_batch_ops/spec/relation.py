"""Names of things in the database: the table of an entity, the function of a step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_STRING = r"""\s*(?:'(?P<q{n}>[^'"\\{{}}\n]+)'|"(?P<d{n}>[^'"\\{{}}\n]+)")\s*"""
_SOURCE = re.compile(rf"source\(({_STRING.format(n=1)}),({_STRING.format(n=2)})\)")
_REF = re.compile(rf"ref\(({_STRING.format(n=1)})\)")
_NAME = r"""(?:[^\s.'"(){}\\]+|"(?:[^"\n{}\\]|"")+")"""
_TABLE = re.compile(rf"(?:(?P<schema>{_NAME})\.)?(?P<table>{_NAME})")

ALLOWED = "source('name', 'table'), ref('model'), schema.table or table"
"""The forms of ``relation``, for messages."""


@dataclass(frozen=True)
class Relation:
    """The table that an operation changes.

    Attributes:
        kind: ``table`` for a name of the database, ``source`` and ``ref`` for what dbt resolves.
        names: ``(table,)`` or ``(schema, table)``; ``(source, table)``; ``(model,)``.
    """

    kind: Literal["table", "source", "ref"]
    names: tuple[str, ...]


def parse_relation(text: str) -> Relation:
    """Return the relation that a spec names.

    Args:
        text: One of the forms in ``ALLOWED``. A name may stand in double quotes, which is needed when it has
            a dot, a blank or a bracket in it. Names are taken as they are written: the package quotes them
            always.

    Raises:
        ValueError: The text has none of the forms.
    """
    text = text.strip()
    if match := _SOURCE.fullmatch(text):
        found = match.groupdict()
        return Relation("source", (found["q1"] or found["d1"], found["q2"] or found["d2"]))
    if match := _REF.fullmatch(text):
        found = match.groupdict()
        return Relation("ref", (found["q1"] or found["d1"],))
    if match := _TABLE.fullmatch(text):
        names = (match["schema"], match["table"])
        return Relation("table", tuple(_unquoted(name) for name in names if name))
    raise ValueError(f"must be one of {ALLOWED}")


def parse_function(text: str) -> tuple[str, ...]:
    """Return the name of a function: ``(name,)`` or ``(schema, name)``.

    Args:
        text: ``name`` or ``schema.name``, each perhaps in double quotes. Names are taken as they are written.

    Raises:
        ValueError: The text is something else, such as a call.
    """
    match = _TABLE.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            "must be a function's name, as refresh or app.refresh; its arguments belong to 'input'"
        )
    return tuple(_unquoted(name) for name in (match["schema"], match["table"]) if name)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
