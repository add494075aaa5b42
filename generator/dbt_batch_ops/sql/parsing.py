"""SQL text to sqlglot's tree, with the places of names kept."""

from __future__ import annotations

import logging
import re
from functools import cache

from sqlglot import exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import ParseError, SqlglotError

from dbt_batch_ops.spec.diagnostics import quoted
from dbt_batch_ops.sql.lexer import Kind, SqlError, Token

# sqlglot logs what it does not know; the user reads our diagnostics instead.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)

# An expression is parsed as it will stand in the statement: in parentheses, on lines of its own.
_PREFIX = "select (\n"
_SUFFIX = "\n)"

PREFIX_LENGTH = len(_PREFIX)
"""What to take from a place in the tree for the place in the expression."""


@cache
def _dialect() -> Postgres:
    return Postgres()


def identifier_offset(node: exp.Expression) -> int:
    """Return where a column or name stands in the user's text; 0 when sqlglot does not know.

    Args:
        node: A column or an identifier of a tree that ``parse`` returned.
    """
    name = node.this if isinstance(node.this, exp.Identifier) else node
    return max(int(name.meta.get("start", len(_PREFIX))) - len(_PREFIX), 0)


def parse(sql: str, tokens: list[Token]) -> exp.Expression:
    """Parse an expression, keeping the place of every name.

    Args:
        sql: One expression, whose brackets and quotes are known to be closed.
        tokens: All of its tokens.

    Returns:
        The tree; a parameter is a column at the place of its token.

    Raises:
        SqlError: sqlglot cannot parse it, or it is more than one expression.
    """
    try:
        statements = _dialect().parse(_PREFIX + _simplified(sql, tokens) + _SUFFIX)
    except ParseError as error:
        raise _parse_error(sql, error) from None
    except RecursionError:
        raise SqlError("the SQL is nested too deeply to be checked", 0) from None
    except (SqlglotError, ValueError, AttributeError, TypeError, IndexError, KeyError) as error:
        raise SqlError(f"the SQL cannot be parsed: {quoted(error)}", 0) from None
    select = statements[0] if len(statements) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        raise SqlError("the SQL is not one expression", 0)
    return _single(sql, select.expressions[0])


def _simplified(sql: str, tokens: list[Token]) -> str:
    """Return the text as sqlglot cannot misread it, every character in its place.

    Parameters become names, comments blanks, and the rarer strings (``E''``, ``U&''``, ``$$``) plain strings:
    their ends are known from PostgreSQL's own rules, and versions of sqlglot differ in them.
    """
    characters = list(sql)
    for token in tokens:
        if token.kind is Kind.PARAMETER:
            characters[token.start : token.end] = re.sub(r"[^A-Za-z0-9_]", "_", token.text)
        elif token.kind is Kind.COMMENT or (token.kind is Kind.STRING and not token.text.startswith("'")):
            filler, quote = (" ", " ") if token.kind is Kind.COMMENT else ("x", "'")
            hidden = [character if character == "\n" else filler for character in token.text]
            hidden[0] = hidden[-1] = quote
            characters[token.start : token.end] = hidden
    return "".join(characters)


def _single(sql: str, parsed: exp.Expression) -> exp.Expression:
    """Return the expression in the parentheses."""
    inner = parsed.this if isinstance(parsed, exp.Paren) else parsed
    if isinstance(parsed, exp.Tuple):
        raise SqlError("one expression only: ',' separates several", 0)
    if isinstance(parsed, exp.Subquery):
        if isinstance(parsed.this, exp.Subquery) and not parsed.args.get("joins"):
            return parsed.this
        raise SqlError("a statement is no expression; put a subquery in parentheses of its own", 0)
    if isinstance(inner, exp.Alias):
        offset = identifier_offset(inner.args["alias"])
        written = sql[offset : offset + len(inner.alias)]
        if written.startswith(":"):
            problem = f"the parameter {quoted(written)} cannot stand here; for a length of time write"
            raise SqlError(f"{problem} `{written} * interval '1 day'`", offset)
        raise SqlError(f"one expression only: {quoted(written)} is not part of it", offset)
    if not isinstance(parsed, exp.Paren) or isinstance(inner, (exp.Star, exp.Query)):
        raise SqlError("the SQL is not one expression", 0)
    assert isinstance(inner, exp.Expression)
    return inner


def _parse_error(sql: str, error: ParseError) -> SqlError:
    detail = error.errors[0] if error.errors else {}
    near = str(detail.get("highlight") or "")
    line = int(detail.get("line") or 2) - 2
    lines = sql.split("\n")
    if not near or not 0 <= line < len(lines):
        return SqlError("the SQL does not parse: it ends before it is complete", len(sql.rstrip()))
    line_start = sum(len(text) + 1 for text in lines[:line])
    offset = line_start + max(int(detail.get("col") or 0) - len(near), 0)
    return SqlError(f"the SQL does not parse at {quoted(near)}", min(offset, len(sql)))
