"""Matrices of parameters: all of their crosses in ``make test-all``, a few of them in every ``make test``.

The few are chosen here, in one way for all matrices: every value is there at least once, and with ``pairs``
every value beside every value of each other dimension.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import Any

import pytest

FULL = pytest.mark.full
"""The mark of what is left to ``make test-all`` and, by turns, to a rotating part of ``make test``."""

Values = Mapping[str, Any] | Sequence[Any]


def crossed(
    *, pairs: bool = False, indirect: Sequence[str] = (), skipped: Any = None, **dimensions: Values
) -> pytest.MarkDecorator:
    """Parametrize a test with every combination of some values.

    Args:
        pairs: Whether every pair of values of two dimensions stays in ``make test``; else every value does.
        indirect: The dimensions that are fixtures.
        skipped: Tells of a combination, given as keyword arguments, whether it makes no sense.
        dimensions: The values of each parameter, by the names that a test shows.
    """
    named = {name: dict(_named(values)) for name, values in dimensions.items()}
    combinations_ = [
        row for row in product(*named.values()) if skipped is None or not skipped(**_values(named, row))
    ]
    chosen = set(choose(combinations_, pairs=pairs))
    return pytest.mark.parametrize(
        list(named),
        [
            pytest.param(
                *_values(named, row).values(),
                id="-".join(row),
                marks=() if row in chosen else FULL,
            )
            for row in combinations_
        ],
        indirect=list(indirect),
    )


def choose(rows: Sequence[tuple[str, ...]], *, pairs: bool) -> list[tuple[str, ...]]:
    """Return rows in which every value, or every pair of values, of all rows is there.

    Each row that is taken has the most of what is not there yet; of equals, the first.
    """
    missing = set().union(*(_parts(row, pairs=pairs) for row in rows)) if rows else set()
    chosen = []
    while missing:
        best = max(rows, key=lambda row: len(missing & _parts(row, pairs=pairs)))
        missing -= _parts(best, pairs=pairs)
        chosen.append(best)
    return chosen


def turns(count: int, *, of_each_run: int) -> pytest.MarkDecorator:
    """Repeat a test that chooses its moments at random; only some of the turns are in ``make test``.

    Args:
        count: How often it is repeated in all.
        of_each_run: How often in ``make test``.
    """
    return pytest.mark.parametrize(
        "turn", [pytest.param(turn, marks=() if turn < of_each_run else FULL) for turn in range(count)]
    )


def some(values: Values, *stay: str) -> list[Any]:
    """Return values for ``parametrize`` of which only the named ones are in ``make test``."""
    named = dict(_named(values))
    unknown = set(stay) - set(named)
    assert not unknown, f"there is no {unknown}"
    return [pytest.param(value, id=name, marks=() if name in stay else FULL) for name, value in named.items()]


def _parts(row: tuple[str, ...], *, pairs: bool) -> set[Any]:
    places = list(enumerate(row))
    return set(combinations(places, 2)) if pairs and len(places) > 1 else set(places)


def _named(values: Values) -> Iterable[tuple[str, Any]]:
    if isinstance(values, Mapping):
        return values.items()
    return [(str(value), value) for value in values]


def _values(named: Mapping[str, Mapping[str, Any]], row: Sequence[str]) -> dict[str, Any]:
    return {name: values[part] for (name, values), part in zip(named.items(), row, strict=True)}
