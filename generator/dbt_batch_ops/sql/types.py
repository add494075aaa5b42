"""Types of columns and parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from dbt_batch_ops.spec.diagnostics import quoted, suggestion


class Family(Enum):
    """What values of a type look like, which decides how a literal is checked."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    UUID = "uuid"
    MOMENT = "moment"
    JSON = "json"
    OTHER = "other"


@dataclass(frozen=True)
class PgType:
    """A PostgreSQL type.

    Attributes:
        name: Its full name without length or precision, as ``timestamp with time zone``; of an array, its
            element's.
        family: What its values look like.
        dimensions: Number of ``[]``; 0 for a scalar.
        modifiers: Length or precision as it is written, ``10, 2``. PostgreSQL finds the column's own, so that
            types with others are the same here; other engines are told.
    """

    name: str
    family: Family
    dimensions: int = 0
    modifiers: str | None = field(default=None, compare=False)

    @property
    def is_array(self) -> bool:
        """Whether values are arrays."""
        return self.dimensions > 0

    @property
    def element(self) -> PgType:
        """The type of an array's elements."""
        return PgType(self.name, self.family, modifiers=self.modifiers)

    @property
    def array(self) -> PgType:
        """The type of arrays of this type."""
        return PgType(self.name, self.family, 1, self.modifiers)

    def __str__(self) -> str:
        """Return the name as SQL writes it; one ``[]`` stands for any number of dimensions in PostgreSQL."""
        return self.name + ("[]" if self.is_array else "")


TEXT = PgType("text", Family.TEXT)
JSONB = PgType("jsonb", Family.JSON)

_CANONICAL: dict[str, tuple[Family, str]] = {
    "text": (Family.TEXT, "text string"),
    "character varying": (Family.TEXT, "varchar"),
    "bpchar": (Family.TEXT, "char character"),
    "name": (Family.TEXT, ""),
    "smallint": (Family.INTEGER, "int2 smallserial"),
    "integer": (Family.INTEGER, "int int4 serial"),
    "bigint": (Family.INTEGER, "int8 bigserial"),
    "numeric": (Family.NUMBER, "decimal"),
    "real": (Family.NUMBER, "float4"),
    "double precision": (Family.NUMBER, "float float8 double"),
    "boolean": (Family.BOOLEAN, "bool"),
    "uuid": (Family.UUID, ""),
    "date": (Family.MOMENT, ""),
    "timestamp without time zone": (Family.MOMENT, "timestamp datetime"),
    "timestamp with time zone": (Family.MOMENT, "timestamptz"),
    "time without time zone": (Family.MOMENT, "time"),
    "time with time zone": (Family.MOMENT, "timetz"),
    "interval": (Family.OTHER, ""),
    "json": (Family.JSON, ""),
    "jsonb": (Family.JSON, ""),
    "bytea": (Family.OTHER, ""),
    "inet": (Family.OTHER, ""),
    "cidr": (Family.OTHER, ""),
    "macaddr": (Family.OTHER, ""),
    "money": (Family.OTHER, ""),
    "xml": (Family.OTHER, ""),
}

_BY_ALIAS: dict[str, tuple[str, Family]] = {
    alias: (name, family)
    for name, (family, aliases) in _CANONICAL.items()
    for alias in (name, *aliases.split())
}

_PRECISION_ALLOWED = frozenset(
    {"character varying", "bpchar", "numeric", "double precision", "interval"}
    | {name for name, (family, _) in _CANONICAL.items() if family is Family.MOMENT and name != "date"}
)

_SHAPE = re.compile(
    r"""
    \s*(?P<name>[a-z_][a-z0-9_]*(?:\s+[a-z]+)*?)
    \s*(?:\(\s*(?P<precision>\d{1,4}(?:\s*,\s*-?\d{1,4})?)\s*\))?
    (?P<zone>\s+with(?:out)?\s+time\s+zone)?
    \s*(?P<brackets>(?:\[\s*\d{0,4}\s*\]\s*)*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OWN = re.compile(
    r"""\s*(?P<schema>[A-Za-z_]\w*|"[^"\0]+")\.(?P<type>[A-Za-z_]\w*|"[^"\0]+")\s*(?P<brackets>(?:\[\s*\]\s*)*)""",
    re.ASCII | re.VERBOSE,
)


def parse_type(text: str) -> PgType:
    """Return the type that a spec names.

    Args:
        text: A type as ``uuid``, ``decimal(10, 2)``, ``timestamp with time zone``, ``text[]``, or a type of
            one's own with its schema, as ``app.mood``.

    Raises:
        ValueError: The text is no type that is known; the message says what is valid.
    """
    if own := _OWN.fullmatch(text):
        return PgType(f"{own['schema']}.{own['type']}", Family.OTHER, own["brackets"].count("["))
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError(f"{quoted(text)} is not a type; write one as 'uuid', 'numeric(10, 2)' or 'text[]'")
    word = " ".join((shape["name"] + (shape["zone"] or "")).lower().split())
    if word not in _BY_ALIAS:
        near = suggestion(word, _BY_ALIAS)
        own_rule = "" if near else "; write a type of your own with its schema, as 'public.mood'"
        raise ValueError(f"unknown type {quoted(word)}{near}{own_rule}")
    name, family = _BY_ALIAS[word]
    if shape["precision"] and name not in _PRECISION_ALLOWED:
        raise ValueError(f"the type {quoted(word)} takes no length or precision")
    return PgType(name, family, shape["brackets"].count("["), shape["precision"])
