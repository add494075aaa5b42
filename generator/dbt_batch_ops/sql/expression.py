"""One SQL expression of a spec: checked, with its columns and parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlglot import exp

from dbt_batch_ops.spec.diagnostics import listed, quoted, suggestion
from dbt_batch_ops.sql.keywords import NILADIC_FUNCTIONS, RESERVED, folded, quote_identifier
from dbt_batch_ops.sql.lexer import Kind, SqlError, Token, check_balance, tokenize
from dbt_batch_ops.sql.parsing import identifier_offset, parse

_CHANGES_DATA = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.TruncateTable,
    exp.Copy,
    exp.Into,
)


@dataclass(frozen=True)
class ColumnUse:
    """A column of the target that an expression mentions.

    Attributes:
        name: The column as it is in the database.
        offset: Where in the expression, counted from 0.
        is_quoted: Whether it stands in double quotes.
    """

    name: str
    offset: int
    is_quoted: bool


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes:
        sql: The user's text.
        tokens: Its tokens without comments.
        has_line_comment: Whether a ``--`` comment is in it, so that nothing may follow on its last line.
        multiline_spans: Start and end of the strings, names and comments that go over several lines.
        tree: What sqlglot made of it; parameters are columns in it, see ``parameter_at``.
        columns: Columns outside subqueries: those are the target's.
        parameters: The tokens of its parameters, in order.
    """

    sql: str
    tokens: tuple[Token, ...]
    has_line_comment: bool
    multiline_spans: tuple[tuple[int, int], ...]
    tree: exp.Expression
    columns: tuple[ColumnUse, ...]
    parameters: tuple[Token, ...]

    def parameter_at(self, node: exp.Expression | None) -> Token | None:
        """Return the parameter that a node of the tree stands for, or ``None``."""
        if not isinstance(node, exp.Column):
            return None
        start = identifier_offset(node)
        return next((token for token in self.parameters if token.start == start), None)


def parse_expression(sql: str, *, aggregates: bool = False) -> Expression:
    """Check that a text is one expression that can do nothing but compute a value.

    Args:
        sql: The text, with ``:name`` for parameters and ``:rows.field`` for fields of a row source.
        aggregates: Whether aggregates are allowed outside subqueries.

    Returns:
        The expression with what it mentions.

    Raises:
        SqlError: It is not; with the place and, where possible, what to write instead.
    """
    every_token = tokenize(sql)
    tokens = tuple(token for token in every_token if token.kind is not Kind.COMMENT)
    if not tokens:
        raise SqlError("the SQL is empty", 0)
    check_balance(every_token)
    _check_parameters(tokens)
    _check_niladic_functions(tokens)
    parameters = tuple(token for token in tokens if token.kind is Kind.PARAMETER)
    tree = parse(sql, every_token)
    _refuse_statements(tree, tokens, aggregates=aggregates)
    starts = {token.start for token in parameters}
    _refuse_misplaced_parameters(tree, parameters)
    return Expression(
        sql=sql,
        tokens=tokens,
        has_line_comment=any(token.is_line_comment for token in every_token),
        multiline_spans=tuple((token.start, token.end) for token in every_token if "\n" in token.text),
        tree=tree,
        columns=tuple(_target_columns(tree, starts)),
        parameters=parameters,
    )


def unknown_columns(
    expression: Expression, fields: Collection[str], owner: str = "'fields'"
) -> Iterator[SqlError]:
    """Yield an error for every column that is not there.

    Args:
        expression: The expression.
        fields: The columns that there are.
        owner: What has them, for the message.
    """
    for token in expression.tokens:
        if token.kind is Kind.NAME and token.word in NILADIC_FUNCTIONS and token.word in fields:
            problem = f'{quoted(token.text)} is a function of PostgreSQL; write the column as "{token.word}"'
            yield SqlError(problem, token.start)
    for column in expression.columns:
        if column.name in fields:
            continue
        exact = next((field for field in fields if field.lower() == column.name.lower()), None)
        if exact is not None:
            advice = f"; names without quotes are read in small letters: write {quote_identifier(exact)}"
        else:
            advice = suggestion(column.name, fields) or f"; {owner} has {listed(fields)}"
        end = column.offset + len(column.name)
        written = column.name if column.is_quoted else expression.sql[column.offset : end]
        yield SqlError(f"unknown column {quoted(written)}{advice}", column.offset)


def _check_parameters(tokens: tuple[Token, ...]) -> None:
    """Refuse ``:name`` where it is something else, or may be."""
    brackets: list[bool] = []
    for index, token in enumerate(tokens):
        if token.text in ("(", "["):
            before = tokens[index - 1] if index else None
            is_constructor = before is not None and (
                before.word == "array" or (before.text in ("[", ",") and _inside(brackets))
            )
            brackets.append(token.text == "[" and not is_constructor)
        elif token.text in (")", "]"):
            brackets.pop()
        if token.kind is not Kind.PARAMETER:
            continue
        if brackets and brackets[-1]:
            name = token.text[1:]
            problem = (
                f"{quoted(token.text)} in brackets may be a slice or a parameter; write [... : {name}] for a "
                f"slice up "
                f"to a column, [(:{name})] for a parameter"
            )
            raise SqlError(problem, token.start)
        before = tokens[index - 1] if index else None
        if before is not None and before.end == token.start and before.kind not in (Kind.SYMBOL, Kind.NAME):
            raise SqlError(f"a blank is missing before {quoted(token.text)}", token.start)
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if following is not None and following.start == token.end:
            _check_following(token, following)


def _check_niladic_functions(tokens: tuple[Token, ...]) -> None:
    """Refuse ``CURRENT_DATE()``: sqlglot accepts it, PostgreSQL does not."""
    for token, opening, closing in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (
            token.kind is Kind.NAME
            and token.word in NILADIC_FUNCTIONS
            and opening.text + closing.text == "()"
        ):
            problem = f"{quoted(token.text)} is called without parentheses: {{sql: {token.text}}}"
            raise SqlError(problem, token.start)


def _inside(brackets: list[bool]) -> bool:
    """Return whether the innermost bracket is an array constructor's: a ``[`` in it is one, too."""
    return bool(brackets) and not brackets[-1]


def _check_following(token: Token, following: Token) -> None:
    if following.text == ".":
        problem = (
            f"the field in '{token.text}.…' cannot be told; write ':rows.field' or ':rows.\"Odd Field\"'"
        )
        raise SqlError(problem, token.start)
    if following.text == "(":
        raise SqlError(f"{quoted(token.text)} is a parameter, which cannot be called", token.start)
    if following.kind not in (Kind.SYMBOL, Kind.COMMENT):
        # Filled in, the two could become one token: $1 and $$, or two strings side by side.
        raise SqlError(f"{quoted(token.text + following.text)} is no name of a parameter", token.start)


def _refuse_statements(tree: exp.Expression, tokens: tuple[Token, ...], *, aggregates: bool) -> None:
    """Refuse what is no plain computation: statements hidden in it, aggregates, and values from elsewhere."""
    for node, in_subquery in _walk(tree):
        if isinstance(node, (*_CHANGES_DATA, exp.Lock)):
            word = "for" if isinstance(node, exp.Lock) else node.key
            raise SqlError(f"{word.upper()} has no place in an expression", _offset_of(word, tokens))
        if isinstance(node, (exp.Placeholder, exp.Parameter, exp.SessionParameter)):
            raise SqlError("write a parameter as ':name'; '?', '@' and '%' mean something else here", 0)
        if in_subquery:
            continue
        if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
            raise SqlError("'*' has no place here; write one column", _offset_of("*", tokens))
        if isinstance(node, exp.Window):
            problem = "a window function has no place here; use it in a subquery"
            raise SqlError(problem, _offset_of("over", tokens))
        if isinstance(node, exp.AggFunc) and not aggregates:
            name = node.sql_name().lower()
            problem = f"the aggregate {name} has no place here; use it in a subquery"
            raise SqlError(problem, _offset_of(name, tokens))


def _offset_of(word: str, tokens: tuple[Token, ...]) -> int:
    """Return where a keyword first stands; 0 when it is spelled differently."""
    return next((token.start for token in tokens if token.word == word), 0)


def _refuse_misplaced_parameters(tree: exp.Expression, parameters: tuple[Token, ...]) -> None:
    values = {
        identifier_offset(node) for node, _ in _walk(tree) if isinstance(node, exp.Column) and not node.table
    }
    for token in parameters:
        if token.start not in values:
            problem = (
                f"the parameter {quoted(token.text)} cannot stand here; it is a value, not a name or a type"
            )
            raise SqlError(problem, token.start)


def _target_columns(tree: exp.Expression, parameter_starts: set[int]) -> Iterator[ColumnUse]:
    """Yield the columns outside subqueries."""
    uses: list[ColumnUse] = []
    for node, in_subquery in _walk(tree):
        if in_subquery or not isinstance(node, exp.Column) or not isinstance(node.this, exp.Identifier):
            continue
        offset = identifier_offset(node)
        if offset in parameter_starts and not node.table:
            continue
        if node.table:
            qualifier = node.args["table"]
            problem = f"write {quoted(node.name)} without a table in front: there is only one"
            raise SqlError(problem, identifier_offset(qualifier))
        is_quoted = bool(node.this.quoted)
        if not is_quoted and node.name.lower() in NILADIC_FUNCTIONS:
            continue
        if not is_quoted and node.name.lower() in RESERVED:
            word = node.name.lower()
            raise SqlError(f'{quoted(node.name)} is a reserved word; write the column as "{word}"', offset)
        uses.append(ColumnUse(folded(node.name, is_quoted=is_quoted), offset, is_quoted))
    yield from sorted(uses, key=lambda use: use.offset)


def _walk(tree: exp.Expression) -> Iterator[tuple[exp.Expression, bool]]:
    """Yield every node, and whether it is in a subquery."""
    waiting = [(tree, False)]
    while waiting:
        node, in_subquery = waiting.pop()
        yield node, in_subquery
        inside = in_subquery or isinstance(node, exp.Query)
        waiting.extend((child, inside) for child in node.iter_expressions())
