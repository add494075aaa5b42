"""What the rules of translation share: types, places, problems, and the way down the tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlglot import exp

from dbt_batch_ops.spec.engines import SPARK, shown_engine
from dbt_batch_ops.sql.engine_literals import engine_literal
from dbt_batch_ops.sql.engine_types import engine_type
from dbt_batch_ops.sql.expression import Expression
from dbt_batch_ops.sql.fragments import Fragment
from dbt_batch_ops.sql.keywords import folded
from dbt_batch_ops.sql.lexer import SqlError
from dbt_batch_ops.sql.literals import LiteralError
from dbt_batch_ops.sql.operands import bare, is_string, operand_type, unified
from dbt_batch_ops.sql.places import Places
from dbt_batch_ops.sql.prepared import Prepared
from dbt_batch_ops.sql.types import PgType

Rule = Callable[["Translator", exp.Expression], exp.Expression]
"""Makes the engine's form of a node of PostgreSQL's tree."""

TypeOfHole = Callable[[str], PgType | None]


class Translator:
    """Translates one expression, node by node; only what a rule knows gets through.

    Attributes:
        engine: The engine.
        over_rows: Whether it is read by a query of its own, and by no statement that changes rows.
        problems: What has no equivalent, with its place in the user's text.
        warnings: What is passed as it is.
    """

    def __init__(
        self,
        expression: Expression,
        prepared: Prepared,
        engine: str,
        rules: Mapping[type[exp.Expression], Rule],
        fields: Mapping[str, PgType | None],
        type_of_hole: TypeOfHole,
        *,
        over_rows: bool = False,
    ) -> None:
        """Prepare for one expression over a table with these columns."""
        self.engine = engine
        self.over_rows = over_rows
        self.problems: list[SqlError] = []
        self.warnings: list[SqlError] = []
        self._prepared = prepared
        self._rules = rules
        self._fields = fields
        self._type_of_hole = type_of_hole
        self._places = Places(expression, prepared)
        self._columns = {column.offset for column in expression.columns}

    @property
    def is_spark(self) -> bool:
        """Whether it is translated for Spark."""
        return self.engine == SPARK

    @property
    def shown(self) -> str:
        """The engine's name for messages."""
        return shown_engine(self.engine)

    def out(self, node: exp.Expression) -> exp.Expression:
        """Return the engine's form of a node; of one without an equivalent, the node, with a problem."""
        rule = self._rules.get(type(node))
        if rule is None:
            what = self._places.shown(node)
            return self.refuse(node, f"{what} has no equivalent on {self.shown} that is known here")
        return rule(self, node)

    def rebuilt(self, node: exp.Expression, **changed: exp.Expression | None) -> exp.Expression:
        """Return a copy of a node with its parts translated.

        Args:
            node: The node.
            changed: Parts that are translated already.
        """
        arguments: dict[str, object] = {}
        for key, value in node.args.items():
            if key in changed:
                arguments[key] = changed[key]
            elif isinstance(value, list):
                arguments[key] = [self.out(v) if isinstance(v, exp.Expression) else v for v in value]
            else:
                arguments[key] = self.out(value) if isinstance(value, exp.Expression) else value
        return type(node)(**arguments)

    def refuse(self, node: exp.Expression, problem: str) -> exp.Expression:
        """Record that a node cannot be translated, and return it for going on."""
        self.problems.append(SqlError(problem, self._places.of(node)))
        return node.copy()

    def warn(self, node: exp.Expression, problem: str) -> None:
        """Record that a node may not mean the same."""
        self.warnings.append(SqlError(problem, self._places.of(node)))

    def warn_of_collation(self, node: exp.Expression) -> None:
        """Record once that text is put in order."""
        problem = f"{self.shown} orders text by its bytes, PostgreSQL by the collation of the database"
        if all(known.message != problem for known in self.warnings):
            self.warn(node, problem)

    def written(self, node: exp.Expression) -> str:
        """Return what to call a node in a message."""
        return self._places.shown(node)

    def type_of(self, node: exp.Expression) -> PgType | None:
        """Return the type of a value in PostgreSQL; ``None`` when it cannot be told."""
        return operand_type(node, self._known)

    def together(self, nodes: Iterable[exp.Expression]) -> PgType | None:
        """Return the type that several values have together; ``None`` when it cannot be told."""
        return unified(nodes, self._known)

    def settled(self, nodes: Iterable[exp.Expression], type_: PgType | None) -> list[exp.Expression]:
        """Return values in the engine's form, string literals among them as values of a type.

        PostgreSQL gives a string literal the type of what it stands beside; others compare it as text.

        Args:
            nodes: The values.
            type_: The type that they have together; ``None`` when it cannot be told.
        """
        return [self.literal(n, type_) if type_ and is_string(n) else self.out(n) for n in nodes]

    def literal(self, node: exp.Expression, type_: PgType) -> exp.Expression:
        """Return a string literal as a value of a type."""
        text = str(bare(node).this)
        try:
            return engine_literal(text, text, type_, self.engine)
        except LiteralError as error:
            return self.refuse(node, f"the value {error}")

    def cast(self, value: exp.Expression, type_: PgType) -> exp.Expression:
        """Return a translated value cast to a type, which the engine is known to have."""
        name = engine_type(type_, self.engine)
        return exp.Cast(this=value, to=exp.DataType.build(name, dialect=self.engine))

    def hole(self, node: exp.Expression) -> str | None:
        """Return the name of the hole that a node is, or ``None``."""
        inner = bare(node)
        is_hole = isinstance(inner, exp.Column) and not inner.table and inner.name in self._prepared.holes
        return inner.name if is_hole else None

    def fragment(self, node: exp.Expression) -> Fragment | None:
        """Return what the package fills in for a node, or ``None``."""
        name = self.hole(node)
        return self._prepared.holes[name] if name is not None else None

    def _known(self, column: exp.Column) -> PgType | None:
        name = self.hole(column)
        if name is not None:
            return self._type_of_hole(name)
        if self._places.of(column) not in self._columns:
            return None  # a subquery's
        return self._fields.get(folded(column.name, is_quoted=bool(column.this.quoted)))
