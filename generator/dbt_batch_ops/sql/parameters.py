"""The parameters of one operation: declared or inferred, each with one type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.inference import Use
from dbt_batch_ops.sql.types import PgType

RUN_STARTED_AT = "run_started_at"
"""The built-in parameter: when the run was opened, also after a resume."""


@dataclass(frozen=True)
class PlacedUse:
    """A use of a parameter and where it stands in the file.

    Attributes:
        use: The use.
        line: Its line, counted from 1.
        column: Its column, counted from 1.
    """

    use: Use
    line: int
    column: int


@dataclass(frozen=True)
class TypedParameter:
    """A parameter with the type it was given or found to have.

    Attributes:
        name: Its name.
        type: Its type.
        column: The column whose live type wins over ``type``, or ``None``.
    """

    name: str
    type: PgType
    column: str | None


class ParameterError(Exception):
    """A parameter whose type is missing or contradictory.

    Attributes:
        message: Why, and what to declare.
        place: The use that the message is about; ``None`` for the declaration.
    """

    def __init__(self, message: str, place: PlacedUse | None) -> None:
        """Record the message and where it belongs."""
        super().__init__(message)
        self.message = message
        self.place = place


def resolve_parameter(name: str, uses: Iterable[PlacedUse], declared: PgType | None) -> TypedParameter:
    """Return a parameter with its type.

    A declared type wins. Otherwise the columns that the parameter meets decide, and must agree. The column is
    kept only where its type is the parameter's, so that the live type can refine it (an enum that the spec
    calls ``string``).

    Args:
        name: The parameter.
        uses: Where it stands, in the order of the file.
        declared: The type that the spec declares, or ``None``.

    Raises:
        ParameterError: No use tells the type, uses contradict each other, or the declaration cannot stand
            there.
    """
    placed = list(uses)
    if not placed:
        raise ParameterError(f"the parameter {quoted(name)} is declared but not used; remove it", None)
    if declared is not None:
        for place in placed:
            _check_declared(name, place, declared)
        column = next(
            (place.use.column for place in placed if place.use.type == declared and place.use.column), None
        )
        return TypedParameter(name, declared, column)
    known = [place for place in placed if place.use.type is not None]
    if not known:
        advice = f"declare it under 'parameters', as `{name}: {{type: integer}}`"
        raise ParameterError(
            f"the type of ':{name}' cannot be told from where it stands; {advice}", placed[0]
        )
    first = known[0]
    assert first.use.type is not None
    for place in placed:
        if place.use.type not in (None, first.use.type):
            problem = (
                f"':{name}' is {place.use.type} here but {first.use.type} at line {first.line}; "
                f"declare its type under 'parameters', as `{name}: {{type: {first.use.type}}}`"
            )
            raise ParameterError(problem, place)
        _check_declared(name, place, first.use.type)
    # The precision of a column that it is compared with would round the value.
    type_ = replace(first.use.type, modifiers=None)
    return TypedParameter(name, type_, next((p.use.column for p in known if p.use.column), None))


def _check_declared(name: str, place: PlacedUse, type_: PgType) -> None:
    use = place.use
    if use.needs_array and not type_.is_array:
        raise ParameterError(
            f"ANY and ALL need an array, but ':{name}' is {type_}; declare {type_.array}", place
        )
    in_place_of_one = use.type is not None and not use.type.is_array and not use.is_list
    if in_place_of_one and type_.is_array:
        problem = (
            f"':{name}' is an array ({type_}), but one value is needed here; write = ANY(:{name}) for a list"
        )
        raise ParameterError(problem, place)


def names_in_order(declared: Mapping[str, object], uses: Iterable[PlacedUse]) -> list[str]:
    """Return the names of all parameters: the declared ones in their order, then the others as they are met.

    Args:
        declared: What stands under ``parameters``.
        uses: Every use, in the order of the file.
    """
    met = (place.use.name for place in uses if place.use.name != RUN_STARTED_AT)
    return list(dict.fromkeys([*declared, *met]))
