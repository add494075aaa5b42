"""Which earlier step's rows a name stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dbt_batch_ops.plan.drafts import Draft
from dbt_batch_ops.plan.expressions import FieldTypes
from dbt_batch_ops.spec.diagnostics import Position, listed, quoted, suggestion
from dbt_batch_ops.spec.document import Document
from dbt_batch_ops.sql.parameters import PlacedUse
from dbt_batch_ops.sql.types import PgType

PRODUCING = frozenset({"select", "insert", "upsert", "custom_function"})
"""The operation types whose rows a later step can use."""


@dataclass(frozen=True)
class Output:
    """The rows that a step produces.

    Attributes:
        step: The step.
        step_type: What it does.
        name: The name that the spec gives them; ``None`` when it gives none.
        columns: Their columns with their types; ``None`` when only the database knows them.
        entity: The entity whose key is in them.
        key: That key.
    """

    step: str
    step_type: str
    name: str | None
    columns: FieldTypes | None
    entity: str
    key: tuple[str, ...]

    def has(self, fields: Collection[str]) -> bool:
        """Return whether it is known to have all of these columns."""
        return self.columns is not None and all(field in self.columns for field in fields)

    def list_columns(self, name: str) -> list[str]:
        """Return the columns that a name like ``stale_product_ids`` can mean.

        Args:
            name: The name. What stands before ``s`` ends with a column (``product_id``), or what stands
                before ``_ids`` ends with the entity (``user``), of which then the key is meant.
        """
        if self.columns is None or not name.endswith("_ids"):
            return []
        singular, stem = name.removesuffix("s"), name.removesuffix("_ids")
        columns = [column for column in self.columns if column != "id" and _ends_with(singular, column)]
        if len(self.key) == 1 and self.key[0] in self.columns and _ends_with(stem, self.entity):
            columns.append(self.key[0])
        return list(dict.fromkeys(columns))


def _ends_with(text: str, word: str) -> bool:
    return bool(word) and (text == word or text.endswith(f"_{word}"))


def output_of(draft: Draft, fields: FieldTypes | None) -> Output | None:
    """Return the rows that a step produces, or ``None`` when it produces none.

    Args:
        draft: The step.
        fields: The entity's columns.
    """
    item = draft.item
    if item.type not in PRODUCING:
        return None
    columns: FieldTypes | None = None
    if item.type == "select":
        columns = {column: (fields or {}).get(column) for column in item.work.select_fields or ()}
    elif item.type != "custom_function" and item.key:
        columns = {column: (fields or {}).get(column) for column in item.key}
    return Output(item.name, item.type, item.output, columns, item.entity, item.key)


@dataclass(frozen=True)
class ListOutput:
    """An output that is used as a list.

    Attributes:
        output: The rows.
        field: The column; ``None`` for whole rows, or when only the database knows the columns.
    """

    output: Output
    field: str | None

    @property
    def element(self) -> PgType | None:
        """The type of an element, as far as it is known."""
        return self.output.columns.get(self.field) if self.output.columns and self.field else None


class Outputs:
    """Finds the step whose rows a name means, and says what it was taken for.

    A name means the same in the whole operation: what it was once taken for, it stays.

    Attributes:
        refused: Names with a mistake, which is recorded.
    """

    def __init__(self, document: Document, outputs: Iterable[Output], declared: Collection[str]) -> None:
        """Find among these outputs, in the order in which their steps run; ``declared`` are parameters."""
        self._document = document
        self._every = list(outputs)
        self._declared = declared
        self._rows: dict[str, Output] = {}
        self._lists: dict[str, ListOutput] = {}
        self._parameters: set[str] = set()
        self.refused: set[str] = set()

    def named(self, name: str) -> Output | None:
        """Return the output to which the spec gives a name."""
        return next((output for output in self._every if output.name == name), None)

    def rows(self, name: str, uses: list[PlacedUse], earlier: Collection[str]) -> Output | None:
        """Return the step whose rows have the fields ``:name.field``; record a mistake when there is none.

        Args:
            name: The name before the dot.
            uses: Every use of a field of it in one step.
            earlier: The steps that run before.
        """
        fields = [use.use.field or "" for use in uses]
        output = self.named(name)
        if output is not None:
            return self._named_rows(output, uses, earlier)
        if name in self._rows:
            return self._rows[name]
        before = [output for output in self._every if output.step in earlier]
        candidates = [output for output in before if output.has(fields)]
        candidates = candidates or [output for output in before if output.columns is None]
        if len(candidates) != 1:
            self._refuse_rows(name, fields, uses[0], candidates, earlier)
            return None
        self._rows[name] = candidates[0]
        self._note(uses[0], f"':{name}'", "the rows of", candidates[0], name)
        return candidates[0]

    def _named_rows(self, output: Output, uses: list[PlacedUse], earlier: Collection[str]) -> Output | None:
        if not self._is_earlier(output, uses[0], earlier):
            return None
        for use in uses:
            field = use.use.field
            if output.columns is not None and field is not None and field not in output.columns:
                near = suggestion(field, output.columns) or f"; they have {listed(output.columns)}"
                problem = f"the rows of the step {quoted(output.step)} have no {quoted(field)}{near}"
                self._refuse(use, problem)
        return output

    def listed(
        self, name: str, use: PlacedUse, earlier: Collection[str], *, as_input: bool
    ) -> ListOutput | None:
        """Return the step and the column that a list ``:name`` means; ``None`` when it is a parameter.

        After a mistake, ``None`` as well, and the name is in ``refused``.

        Args:
            name: The name.
            use: Where it stands.
            earlier: The steps that run before.
            as_input: Whether it is the whole input of a function, which takes rows, too.
        """
        output = self.named(name)
        if output is not None:
            return self._named_list(output, name, use, earlier, as_input=as_input)
        if name in self._lists:
            return self._lists[name]
        if name in self._declared or name in self._parameters or not name.endswith("_ids"):
            return None
        before = [output for output in self._every if output.step in earlier]
        known = [ListOutput(output, column) for output in before for column in output.list_columns(name)]
        unknown = [ListOutput(output, None) for output in before if output.columns is None]
        candidates = known or unknown
        if len(candidates) > 1:
            shown = listed(
                quoted(f"{found.output.step}.{found.field}" if found.field else found.output.step)
                for found in candidates
            )
            problem = f"':{name}' may be the output of several steps ({shown})"
            self._refuse(use, f"{problem}; write 'output: {name}' in the one that is meant")
            return None
        if not candidates:
            self._parameters.add(name)
            return None
        (found,) = candidates
        self._lists[name] = found
        what = f"the column {quoted(found.field)} of" if found.field is not None else "what is returned by"
        self._note(use, f"':{name}'", what, found.output, f":{name}")
        return found

    def keep_parameter(self, name: str) -> None:
        """Remember that a name is a parameter, because it is used where no output can be."""
        self._parameters.add(name)

    def _named_list(
        self, output: Output, name: str, use: PlacedUse, earlier: Collection[str], *, as_input: bool
    ) -> ListOutput | None:
        if not self._is_earlier(output, use, earlier):
            return None
        if output.columns is None:
            return ListOutput(output, None)
        fitting = output.list_columns(name)
        if len(output.columns) == 1 or len(fitting) == 1:
            return ListOutput(output, (fitting or [*output.columns])[0])
        if as_input:
            return ListOutput(output, None)
        if len(output.key) == 1 and output.key[0] in output.columns:
            return ListOutput(output, output.key[0])
        problem = f"':{name}' has several columns ({listed(output.columns)}); a list needs one"
        self._refuse(use, f"{problem}: select only that one in the step {quoted(output.step)}")
        return None

    def _is_earlier(self, output: Output, use: PlacedUse, earlier: Collection[str]) -> bool:
        if output.step in earlier:
            return True
        problem = (
            f"':{use.use.name}' is the output of the step {quoted(output.step)}, which does not run before"
        )
        self._refuse(use, f"{problem}; write 'depends_on: {output.step}' here")
        return False

    def _refuse_rows(
        self, name: str, fields: list[str], use: PlacedUse, candidates: list[Output], earlier: Collection[str]
    ) -> None:
        if candidates:
            shown = listed(quoted(output.step) for output in candidates)
            problem = f"':{name}' may be the rows of several steps ({shown})"
            self._refuse(use, f"{problem}; write 'output: {name}' in the one that is meant")
            return
        later = next((o.step for o in self._every if o.has(fields) and o.step not in earlier), None)
        advice = (
            f"the step {quoted(later)} has them, but does not run before"
            if later is not None
            else "name the rows with 'data_source: :parameter', or 'output: ...' in a step before"
        )
        wanted = listed(dict.fromkeys(fields))
        self._refuse(use, f"{quoted(use.use.shown)}: no step before has rows with {wanted}; {advice}")

    def _refuse(self, use: PlacedUse, problem: str) -> None:
        self.refused.add(use.use.name)
        self._document.error(Position(use.line, use.column), problem)

    def _note(self, use: PlacedUse, written: str, what: str, output: Output, name: str) -> None:
        advice = (
            f"write 'output: {name.removeprefix(':')}' in that step to say so"
            if output.name is None
            else f"that step calls them ':{output.name}'"
        )
        problem = f"{written} is taken for {what} the step {quoted(output.step)}; {advice}"
        self._document.note(Position(use.line, use.column), problem)
