"""Text: concatenation, functions, LIKE and regular expressions."""

from __future__ import annotations

from sqlglot import exp

from dbt_batch_ops.sql.operands import BOOLEAN, bare, is_string, is_text
from dbt_batch_ops.sql.patterns import is_one_way, portable_pattern
from dbt_batch_ops.sql.rules_structure import plain
from dbt_batch_ops.sql.translator import Rule, Translator
from dbt_batch_ops.sql.types import Family

_SAME_AS_TEXT = (Family.TEXT, Family.INTEGER, Family.UUID)
"""Families whose values read the same as text everywhere."""


def unlike_as_text(t: Translator, node: exp.Expression) -> str | None:
    """Return why a value would become another text on the engine, or ``None``.

    Args:
        t: The translator.
        node: The value; one whose type nobody knows is taken as it is.
    """
    type_, inner = t.type_of(node), bare(node)
    if type_ is None or (not type_.is_array and type_.family in _SAME_AS_TEXT):
        return None
    if type_.name == "numeric" and not type_.is_array:
        # Only a scale that is written down is the same; that of a result differs, and with it the zeros.
        is_scaled = (
            bool(type_.modifiers) and t.hole(inner) is None and isinstance(inner, (exp.Column, exp.Cast))
        )
        if is_scaled or isinstance(inner, exp.Literal):
            return None
        return "a numeric result has other zeros at its end as text; cast it, as (...)::numeric(10, 2)::text"
    if type_.name in ("date", "boolean") and not type_.is_array:
        return None
    return f"{type_} reads otherwise as text on {t.shown}"


def _as_text(t: Translator, node: exp.Expression, *, by_concat: bool = False) -> exp.Expression:
    """Return a value that is put together with text."""
    type_ = t.type_of(node)
    if by_concat and type_ == BOOLEAN:
        return t.refuse(node, "concat prints a boolean as t or f in PostgreSQL; write flag::text, or a CASE")
    unlike = unlike_as_text(t, node)
    if unlike is not None:
        return t.refuse(node, unlike)
    translated = t.out(node)
    if is_string(node) or is_text(type_) or type_ is None:
        return translated
    return exp.Cast(this=translated, to=exp.DataType.build("text"))


def _concatenate(t: Translator, node: exp.Expression) -> exp.Expression:
    for side in (node.this, node.expression):
        type_ = t.type_of(side)
        if type_ is not None and (type_.is_array or type_.family is Family.JSON):
            return t.refuse(node, f"|| puts text together here, and {type_} is none")
    return exp.DPipe(this=_as_text(t, node.this), expression=_as_text(t, node.expression), safe=True)


def _concat(t: Translator, node: exp.Expression) -> exp.Expression:
    """Translate CONCAT and CONCAT_WS, which leave NULL out: Spark's CONCAT does not."""
    values = [_as_text(t, value, by_concat=True) for value in node.expressions]
    if isinstance(node, exp.ConcatWs):
        return exp.Anonymous(this="CONCAT_WS", expressions=values)
    if t.is_spark:
        values = [exp.Coalesce(this=value, expressions=[exp.Literal.string("")]) for value in values]
    return exp.Anonymous(this="CONCAT", expressions=values)


def _number(node: exp.Expression | None, smallest: int) -> bool:
    """Return whether a node is a whole number that is written out, and not smaller."""
    is_literal = isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit()
    return is_literal and int(str(node.this)) >= smallest if isinstance(node, exp.Literal) else False


def _counted(*arguments: str, counts: tuple[str, ...], smallest: int) -> Rule:
    """Return the rule of a function with counts, which engines read alike only when they are positive."""
    same = plain(*arguments)

    def rule(t: Translator, node: exp.Expression) -> exp.Expression:
        for key in counts:
            count = node.args.get(key)
            if count is not None and not _number(count, smallest):
                shown = t.written(node)
                return t.refuse(
                    node, f"{shown} needs whole numbers from {smallest} here, written out; others differ"
                )
        return same(t, node)

    return rule


def _trim(t: Translator, node: exp.Expression) -> exp.Expression:
    if node.args.get("collation"):
        return t.refuse(node, "trim with a collation has no equivalent")
    return plain("this", "expression", "position")(t, node)


def _like(t: Translator, node: exp.Expression) -> exp.Expression:
    like = type(node)(this=t.out(node.this), expression=t.out(node.expression))
    pattern = bare(node.expression)
    is_plain = is_string(pattern) and "\\" not in str(pattern.this)
    # A backslash escapes in PostgreSQL and Spark, but not in DuckDB unless it is told.
    escaped = like if is_plain or t.is_spark else exp.Escape(this=like, expression=exp.Literal.string("\\"))
    return exp.Not(this=exp.Paren(this=escaped)) if node.args.get("negate") else escaped


def _escape(t: Translator, node: exp.Expression) -> exp.Expression:
    like, character = node.this, node.expression
    if (
        not isinstance(like, (exp.Like, exp.ILike))
        or not is_string(character)
        or len(str(character.this)) != 1
    ):
        return t.refuse(node, "ESCAPE needs one character, written out")
    if not is_string(like.expression) or "\\" in str(bare(like.expression).this):
        return t.refuse(node, "with ESCAPE, the pattern must be written out and have no backslash in it")
    same = type(like)(this=t.out(like.this), expression=t.out(like.expression))
    escaped = exp.Escape(this=same, expression=character.copy())
    return exp.Not(this=exp.Paren(this=escaped)) if like.args.get("negate") else escaped


def _pattern(t: Translator, node: exp.Expression, *, ignores_case: bool) -> exp.Expression | None:
    pattern = bare(node.expression)
    if not is_string(pattern):
        t.refuse(node, "a regular expression must be written out: engines read them differently")
        return None
    portable = portable_pattern(str(pattern.this), ignores_case=ignores_case)
    if portable is None:
        t.refuse(
            node.expression,
            "this regular expression may match otherwise here; write sets as [A-Za-z0-9_], and no \\w, \\s, "
            "[[:alpha:]], look-around or non-greedy quantifiers",
        )
        return None
    if ignores_case and not str(pattern.this).isascii():
        t.refuse(node.expression, "case is ignored for ASCII only here; write lower(...) ~ '...'")
        return None
    return exp.Literal.string(portable)


def _matches(t: Translator, node: exp.Expression) -> exp.Expression:
    pattern = _pattern(t, node, ignores_case=isinstance(node, exp.RegexpILike))
    if pattern is None:
        return node.copy()
    return exp.RegexpLike(this=t.out(node.this), expression=pattern)


def _regexp_replace(t: Translator, node: exp.Expression) -> exp.Expression:
    modifiers, replacement = node.args.get("modifiers"), node.args.get("replacement")
    flags = str(modifiers.this) if modifiers is not None and is_string(modifiers) else ""
    if modifiers is not None and flags != "g":
        return t.refuse(node, "regexp_replace has no flag but 'g' here")
    if flags != "g" and t.is_spark:
        return t.refuse(
            node, "Spark replaces every match, PostgreSQL the first; add the flag 'g' if that is meant"
        )
    if replacement is None or not is_string(replacement) or set(str(replacement.this)) & set("\\$"):
        return t.refuse(node, "the replacement must be written out, and have neither \\ nor $ in it")
    pattern = _pattern(t, node, ignores_case=False)
    if pattern is None:
        return node.copy()
    if not is_one_way(str(bare(node.expression).this)):
        return t.refuse(node.expression, "of alternatives PostgreSQL replaces the longest, others the first")
    values = [t.out(node.this), pattern, replacement.copy()]
    if not t.is_spark and flags:
        values.append(exp.Literal.string("g"))
    return exp.Anonymous(this="REGEXP_REPLACE", expressions=values)


RULES: dict[type[exp.Expression], Rule] = {
    exp.DPipe: _concatenate,
    exp.Concat: _concat,
    exp.ConcatWs: _concat,
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Reverse, exp.MD5, exp.Length), plain("this")),
    exp.Trim: _trim,
    exp.Replace: plain("this", "expression", "replacement"),
    exp.Translate: plain("this", "from_", "to"),
    exp.StartsWith: plain("this", "expression"),
    exp.StrPosition: plain("this", "substr"),
    exp.Substring: _counted("this", "start", "length", counts=("start", "length"), smallest=1),
    exp.Left: _counted("this", "expression", counts=("expression",), smallest=0),
    exp.Right: _counted("this", "expression", counts=("expression",), smallest=0),
    exp.SplitPart: _counted("this", "delimiter", "part_index", counts=("part_index",), smallest=1),
    exp.Pad: _counted("this", "expression", "fill_pattern", "is_left", counts=("expression",), smallest=1),
    exp.Repeat: _counted("this", "times", counts=("times",), smallest=0),
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.RegexpLike: _matches,
    exp.RegexpILike: _matches,
    exp.RegexpReplace: _regexp_replace,
}
