"""PostgreSQL's lexical structure: where strings, comments and names begin and end.

This is what keeps a user's expression inside its parentheses, so it follows PostgreSQL's own scanner
(https://www.postgresql.org/docs/current/sql-syntax-lexical.html) with ``standard_conforming_strings = on``,
and refuses whatever it cannot delimit. sqlglot, which reads the meaning, is more lenient: it accepts an
unterminated comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    QUOTED_NAME = "quoted name"
    STRING = "string"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"
    COMMENT = "comment"


@dataclass(frozen=True)
class Token:
    """A token of SQL.

    Attributes:
        kind: What it is.
        text: Its characters, as written.
        start: Index of its first character in the SQL text.
    """

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Index after its last character."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """A name in small letters, for comparison with keywords; anything else as it is."""
        return self.text.lower() if self.kind is Kind.NAME else self.text

    @property
    def parameter(self) -> str:
        """The name of a parameter, or of the rows that a field belongs to."""
        return self.text[1:].partition(".")[0]

    @property
    def field(self) -> str | None:
        """The field in ``:rows.field``, without quotes; ``None`` for a parameter."""
        _, dot, field = self.text.partition(".")
        if field.startswith('"'):
            field = field[1:-1].replace('""', '"')
        return field if dot else None

    @property
    def is_line_comment(self) -> bool:
        """Whether it is a comment that ends with the line."""
        return self.kind is Kind.COMMENT and self.text.startswith("--")


class SqlError(Exception):
    """SQL that is refused.

    Attributes:
        message: Why, and what to write instead.
        offset: Index in the SQL text, counted from 0.
    """

    def __init__(self, message: str, offset: int) -> None:
        """Record the message and where it belongs."""
        super().__init__(message)
        self.message = message
        self.offset = offset


_NAME_START = r"A-Za-z_\u0080-\U0010ffff"
_TOKEN = re.compile(
    rf"""
      (?P<blank>[ \t\n]+)
    | (?P<line_comment>--[^\n]*)
    | (?P<block_comment>/\*)
    | (?P<escape_string>[eE]')
    | (?P<string>(?:[uU]&|[bBxXnN])?')
    | (?P<quoted_name>(?:[uU]&)?")
    | (?P<dollar>\$(?:[{_NAME_START}][{_NAME_START}0-9]*)?\$)
    | (?P<positional>\$[0-9]+)
    | (?P<number>(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[{_NAME_START}][{_NAME_START}0-9$]*)
    | (?P<cast>::|:=)
    | (?P<parameter>:[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z_][A-Za-z0-9_]*|"(?:[^"\n]|"")+"))?)
    | (?P<symbol>[-+*/<>=~!@\#%^&|`?.,()\[\]:])
    """,
    re.VERBOSE,
)
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_SIMPLE_KINDS = {
    "line_comment": Kind.COMMENT,
    "number": Kind.NUMBER,
    "cast": Kind.SYMBOL,
    "parameter": Kind.PARAMETER,
    "symbol": Kind.SYMBOL,
}


def tokenize(sql: str) -> list[Token]:
    """Split SQL into tokens, comments included, blanks left out.

    Args:
        sql: One SQL expression, with ``:name`` for parameters.

    Returns:
        The tokens in order.

    Raises:
        SqlError: Something is not terminated, ends a statement, or has no place in an expression.
    """
    tokens: list[Token] = []
    place = 0
    while place < len(sql):
        token, place = _next_token(sql, place)
        if token is not None:
            tokens.append(token)
    return tokens


def _next_token(sql: str, start: int) -> tuple[Token | None, int]:
    match = _TOKEN.match(sql, start)
    if match is None:
        raise _refused_character(sql, start)
    group = match.lastgroup or ""
    if group == "blank":
        return None, match.end()
    kind = _SIMPLE_KINDS.get(group)
    if kind is not None:
        end = match.end()
    elif group == "name":
        kind, end = Kind.NAME, _name_end(sql, start, match.end())
    elif group == "block_comment":
        kind, end = Kind.COMMENT, _comment_end(sql, start)
    elif group == "dollar":
        kind, end = Kind.STRING, _dollar_end(sql, start, match.group())
    elif group == "positional":
        problem = f"'{match.group()}' has no place here; write a parameter as ':name'"
        raise SqlError(problem, start)
    elif group == "quoted_name":
        kind, end = Kind.QUOTED_NAME, _quoted_end(sql, start, match.end(), '"', escapes=False)
    else:
        kind, end = Kind.STRING, _quoted_end(sql, start, match.end(), "'", escapes=group == "escape_string")
    return Token(kind, sql[start:end], start), end


def _refused_character(sql: str, place: int) -> SqlError:
    character = sql[place]
    if character == ";":
        return SqlError("';' ends a statement; write one expression only", place)
    if character.isprintable():
        return SqlError(f"the character {character!r} has no place in SQL outside quotes", place)
    return SqlError(f"the control character U+{ord(character):04X} has no place in SQL", place)


def _name_end(sql: str, start: int, end: int) -> int:
    """Refuse blanks that look like a space but are part of a name to PostgreSQL."""
    for place in range(start, end):
        character = sql[place]
        if character > "\x7f" and (character.isspace() or not character.isprintable()):
            raise SqlError(
                f"the character U+{ord(character):04X} looks like a blank but is none; write a space", place
            )
    return end


def _quoted_end(sql: str, start: int, place: int, quote: str, *, escapes: bool) -> int:
    while place < len(sql):
        if escapes and sql[place] == "\\":
            place += 2
        elif sql[place] != quote:
            place += 1
        elif sql[place + 1 : place + 2] == quote:
            place += 2
        else:
            return place + 1
    what = "quoted name" if quote == '"' else "string"
    raise SqlError(f"unterminated {what}: the closing {quote} is missing", start)


def _dollar_end(sql: str, start: int, tag: str) -> int:
    end = sql.find(tag, start + len(tag))
    if end < 0:
        raise SqlError(f"unterminated dollar-quoted string: the closing {tag} is missing", start)
    return end + len(tag)


def _comment_end(sql: str, start: int) -> int:
    """Return where a comment ends; comments nest in PostgreSQL."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(sql, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise SqlError("unterminated comment: the closing */ is missing", start)


_PAIRS = {")": "(", "]": "["}


def check_balance(tokens: list[Token]) -> None:
    """Check that every bracket is closed by its own kind.

    Args:
        tokens: The tokens of one expression.

    Raises:
        SqlError: A bracket is closed that was not opened, or not closed. Such text could leave the
            parentheses that the generated statement puts around it.
    """
    opened: list[Token] = []
    for token in tokens:
        if token.kind is not Kind.SYMBOL:
            continue
        if token.text in _PAIRS.values():
            opened.append(token)
        elif token.text in _PAIRS and (not opened or opened.pop().text != _PAIRS[token.text]):
            raise SqlError(f"'{token.text}' closes a bracket that was not opened", token.start)
    if opened:
        raise SqlError(f"'{opened[-1].text}' is not closed", opened[-1].start)
