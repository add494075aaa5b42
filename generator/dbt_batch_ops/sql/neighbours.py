"""What stands next to a parameter: the columns that its value may tell about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlglot import exp

from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.keywords import folded
from dbt_batch_ops.sql.parsing import identifier_offset


def columns_beside(expression: Expression) -> Mapping[int, frozenset[str]]:
    """Return the columns that share a term with each parameter, by the parameter's place.

    A term is what ``AND`` and ``OR`` join. Columns in subqueries count by their name alone, whatever table
    they belong to: rather one too many than a secret that is missed.

    Args:
        expression: The expression.
    """
    starts = {token.start for token in expression.parameters}
    known: dict[int, frozenset[str]] = {}
    beside: dict[int, frozenset[str]] = {}
    for node in expression.tree.find_all(exp.Column):
        start = identifier_offset(node)
        if start not in starts:
            continue
        term = _term(node)
        if id(term) not in known:
            known[id(term)] = _columns(term, starts)
        beside[start] = beside.get(start, frozenset()) | known[id(term)]
    return beside


def _term(node: exp.Expression) -> exp.Expression:
    term: Any = node
    while term.parent is not None and not isinstance(term.parent, exp.Connector):
        term = term.parent
    assert isinstance(term, exp.Expression)
    return term


def _columns(term: exp.Expression, parameters: set[int]) -> frozenset[str]:
    return frozenset(
        folded(node.name, is_quoted=bool(node.this.quoted))
        for node in term.find_all(exp.Column)
        if isinstance(node.this, exp.Identifier) and identifier_offset(node) not in parameters
    )
