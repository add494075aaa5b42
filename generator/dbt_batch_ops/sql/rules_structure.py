"""What holds expressions together, and means the same everywhere: logic, names, subqueries."""

from __future__ import annotations

from sqlglot import exp

from dbt_batch_ops.sql.keywords import folded, is_engine_word
from dbt_batch_ops.sql.operands import UUID
from dbt_batch_ops.sql.translator import Rule, Translator


def plain(*arguments: str) -> Rule:
    """Return the rule of a node that is the same everywhere, as long as it has no other arguments than these.

    A version of sqlglot that knows of more would otherwise print something that nobody has looked at.
    """
    allowed = frozenset(arguments)

    def rule(translator: Translator, node: exp.Expression) -> exp.Expression:
        others = [key for key, value in node.args.items() if value and key not in allowed]
        if others:
            shown = translator.written(node)
            return translator.refuse(node, f"{shown} has no equivalent on {translator.shown} in this form")
        return translator.rebuilt(node)

    return rule


def _copied(_: Translator, node: exp.Expression) -> exp.Expression:
    return node.copy()


def _identifier(translator: Translator, node: exp.Expression) -> exp.Expression:
    """Quote a name that the engine reserves and PostgreSQL does not."""
    is_quoted = bool(node.args.get("quoted"))
    name = folded(str(node.this), is_quoted=is_quoted)
    return exp.Identifier(this=name, quoted=is_quoted or is_engine_word(name, translator.engine))


def _column(translator: Translator, node: exp.Expression) -> exp.Expression:
    if translator.hole(node) is not None:
        # Spark has UUIDs as text: a caller's capital letters would match nothing.
        is_uuid = translator.is_spark and translator.type_of(node) == UUID
        return exp.Anonymous(this="LOWER", expressions=[node.copy()]) if is_uuid else node.copy()
    if node.args.get("db") or node.args.get("catalog"):
        return translator.refuse(node, "write the column with no more than its table in front")
    if isinstance(node.this, exp.Star):
        return node.copy()
    return translator.rebuilt(node)


def _not(translator: Translator, node: exp.Expression) -> exp.Expression:
    """Print NOT in parentheses of its own: its precedence is not the same everywhere."""
    inner = translator.out(node.this)
    if isinstance(inner, (exp.Paren, exp.Column, exp.Exists, exp.Boolean, exp.Anonymous)):
        return exp.Not(this=inner)
    return exp.Not(this=exp.Paren(this=inner))


def _subquery(translator: Translator, node: exp.Expression) -> exp.Expression:
    if translator.is_spark and not translator.over_rows:
        return translator.refuse(
            node, "a subquery has no place in a statement that changes a Delta table; pass a list, as :ids"
        )
    return plain("this", "alias")(translator, node)


def _literal(translator: Translator, node: exp.Expression) -> exp.Expression:
    if not node.args.get("is_string") and "e" in str(node.this).lower():
        return translator.refuse(
            node, f"a number with an exponent is a double on {translator.shown}; write it out, as 1500.0"
        )
    return node.copy()


RULES: dict[type[exp.Expression], Rule] = {
    exp.And: plain("this", "expression"),
    exp.Or: plain("this", "expression"),
    exp.Not: _not,
    exp.Paren: plain("this"),
    exp.Boolean: _copied,
    exp.Null: _copied,
    exp.Literal: _literal,
    exp.Identifier: _identifier,
    exp.Column: _column,
    exp.Subquery: _subquery,
    exp.Exists: _subquery,
    exp.Select: plain(
        "expressions", "from_", "from", "where", "group", "having", "joins", "distinct", "limit"
    ),
    exp.From: plain("this"),
    exp.Where: plain("this"),
    exp.Group: plain("expressions"),
    exp.Having: plain("this"),
    exp.Limit: plain("expression"),
    exp.Distinct: plain("expressions"),
    exp.Join: plain("this", "on", "side", "kind"),
    exp.Table: plain("this", "db", "alias"),
    exp.TableAlias: plain("this"),
    exp.Alias: plain("this", "alias"),
    exp.Star: plain(),
}
