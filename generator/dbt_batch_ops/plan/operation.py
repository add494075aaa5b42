"""The steps, preconditions and parameters of one operation."""

from __future__ import annotations

from dataclasses import replace

from dbt_batch_ops.plan.dialect import Dialect
from dbt_batch_ops.plan.drafts import Draft, read_draft
from dbt_batch_ops.plan.engine_limits import check_sources, is_portable
from dbt_batch_ops.plan.expressions import ExpressionReader, FieldTypes, Read
from dbt_batch_ops.plan.fields import row_fields
from dbt_batch_ops.plan.finish import check, finish
from dbt_batch_ops.plan.model import Check, Parameter, StepPlan
from dbt_batch_ops.plan.outputs import Outputs, output_of
from dbt_batch_ops.plan.parameters import plan_parameters
from dbt_batch_ops.plan.redaction import check_redact, redacted_names, redacted_parameters
from dbt_batch_ops.plan.resolution import Resolved, resolve
from dbt_batch_ops.plan.sources import OutputSource
from dbt_batch_ops.plan.steps import WorkItem, is_complete
from dbt_batch_ops.plan.targets import check_columns, check_rows_are_imported, warn_of_everything
from dbt_batch_ops.spec.diagnostics import Position, Severity, quoted
from dbt_batch_ops.spec.engines import POSTGRES
from dbt_batch_ops.spec.read import EntitySpec, OperationSpec
from dbt_batch_ops.sql.parameters import ParameterError, PlacedUse, resolve_parameter
from dbt_batch_ops.sql.types import TEXT, PgType


class OperationReader:
    """Reads one operation. First everything is read, then names are resolved, then types are found.

    Mistakes go to the document's diagnostics; the attributes are complete when there is none.

    Attributes:
        steps: The steps, in the order in which they run.
        preconditions: What must hold before.
        parameters: The macro's arguments.
        redact: Columns and fields of rows that are kept out of what the ledger shows.
    """

    def __init__(
        self, spec: EntitySpec, operation: OperationSpec, fields: FieldTypes | None, dialect: Dialect
    ) -> None:
        """Read an operation of an entity that has these columns."""
        self.steps: tuple[StepPlan, ...] = ()
        self.preconditions: tuple[Check, ...] = ()
        self.parameters: tuple[Parameter, ...] = ()
        self.redact: tuple[str, ...] = ()
        self._spec = spec
        self._operation = operation
        self._fields = fields
        self._reader = ExpressionReader(spec.document, fields, dialect)
        # What another engine refuses as a whole is read as it is written, and not translated.
        self._plain_reader = ExpressionReader(spec.document, fields, replace(dialect, engine=POSTGRES))

    def read(self, items: list[WorkItem] | None) -> None:
        """Read the steps; ``None`` when one of them has no type."""
        mistakes = self._mistakes()
        drafts = [read_draft(self._reader_of(item), item) for item in items or ()]
        is_whole = items is not None and all(is_complete(item) for item in items)
        if is_whole and self._mistakes() == mistakes:
            check_redact(self._spec.document, self._operation, drafts, self._fields)
        for draft in drafts:
            check_columns(draft, self._fields)
            warn_of_everything(draft)
        preconditions = self._read_preconditions()
        if items is None or not self._operation.is_ordered:
            return
        outputs = self._outputs(drafts)
        for read in preconditions:
            self._keep_parameters(read, outputs)
        names = [draft.item.name for draft in drafts]
        resolved = [resolve(draft, outputs, names[:index]) for index, draft in enumerate(drafts)]
        used = {found.output.step for step in resolved for found in step.lists.values()}
        used |= {step.source.step for step in resolved if isinstance(step.source, OutputSource)}
        check_sources(self._reader.dialect, resolved, used)
        check_rows_are_imported(self._operation, self._spec.document, resolved)
        types = self._plan_parameters(resolved, preconditions)
        types |= self._list_types(resolved)
        fields = [row_fields(step) for step in resolved]
        if self._mistakes():
            return
        self._redact(resolved, preconditions)
        self.preconditions = tuple(check(read, types) for read in preconditions)
        self.steps = tuple(
            finish(step, types, own, self._fields or {}, used, self._reader.dialect)
            for step, own in zip(resolved, fields, strict=True)
        )

    def _reader_of(self, item: WorkItem) -> ExpressionReader:
        is_translated = is_portable(item.type, self._reader.dialect.engine)
        return self._reader if is_translated else self._plain_reader

    def _mistakes(self) -> int:
        return sum(found.severity is Severity.ERROR for found in self._spec.document.diagnostics)

    def _read_preconditions(self) -> list[Read]:
        document, location = self._spec.document, self._operation.location
        reads: list[Read] = []
        for index, text in enumerate(self._operation.model.preconditions or ()):
            place = document.item_location((*location, "preconditions"), index)
            read = self._reader.precondition(place, text)
            if read is not None:
                reads.append(read)
        return reads

    def _outputs(self, drafts: list[Draft]) -> Outputs:
        declared = self._operation.model.parameters or {}
        for draft in drafts:
            if draft.item.output is None:
                continue
            place = draft.item.document.position((*draft.item.location, "output"))
            if draft.item.output in declared:
                problem = (
                    f"{quoted(draft.item.output)} is the output of this step and a parameter; rename one"
                )
                draft.item.document.error(place, problem)
            elif output_of(draft, self._fields) is None:
                article = "an" if draft.item.type == "update" else "a"
                problem = f"{article} {draft.item.type} has no rows for later steps; remove 'output'"
                draft.item.document.error(place, problem)
        every = [output_of(draft, self._fields) for draft in drafts]
        named = [replace(out, name=None) if out and out.name in declared else out for out in every]
        return Outputs(self._spec.document, [output for output in named if output is not None], declared)

    def _keep_parameters(self, read: Read, outputs: Outputs) -> None:
        """A precondition is checked before any step runs, so that it has parameters only."""
        for placed in read.uses:
            position = Position(placed.line, placed.column)
            if placed.use.field is not None or outputs.named(placed.use.name) is not None:
                problem = (
                    f"{quoted(placed.use.shown)} has no place in a precondition: no step has run by then"
                )
                self._spec.document.error(position, problem)
            outputs.keep_parameter(placed.use.name)

    def _plan_parameters(self, resolved: list[Resolved], preconditions: list[Read]) -> dict[str, PgType]:
        """Plan the macro's arguments: in the order of the file, so that they do not depend on the graph."""
        in_file = sorted(resolved, key=lambda step: step.draft.item.line)
        uses = [placed for step in in_file for placed in step.parameters]
        uses += [placed for read in preconditions for placed in read.uses if placed.use.field is None]
        model = self._operation.model
        all_read = (
            self._reader.all_read
            and self._plain_reader.all_read
            and all(is_complete(step.draft.item) for step in resolved)
            and (model.preconditions is not None or not self._has("preconditions"))
        )
        sources = [step.source for step in resolved]
        self.parameters, types = plan_parameters(
            self._spec.document,
            self._operation,
            uses,
            sources,
            all_read=all_read,
            dialect=self._reader.dialect,
        )
        return types

    def _redact(self, resolved: list[Resolved], preconditions: list[Read]) -> None:
        self.redact = redacted_names(self._operation.model.redact or (), [step.draft for step in resolved])
        hidden = redacted_parameters(self.redact, resolved, preconditions)
        self.parameters = tuple(replace(own, is_redacted=own.name in hidden) for own in self.parameters)

    def _has(self, key: str) -> bool:
        return self._spec.document.has((*self._operation.location, key))

    def _list_types(self, resolved: list[Resolved]) -> dict[str, PgType]:
        """Return the types of the lists that steps produce: of their column, else of what they meet."""
        types: dict[str, PgType] = {}
        uses: dict[str, list[PlacedUse]] = {}
        known: dict[str, PgType | None] = {}
        for step in resolved:
            for placed in step.list_uses:
                element = step.lists[placed.use.name].element
                known[placed.use.name] = element.array if element is not None else None
                uses.setdefault(placed.use.name, []).append(placed)
        for name, own in uses.items():
            try:
                if known[name] is None and not any(placed.use.type for placed in own):
                    types[name] = TEXT.array
                else:
                    types[name] = resolve_parameter(name, own, known[name]).type
            except ParameterError as error:
                place = error.place or own[0]
                self._spec.document.error(Position(place.line, place.column), error.message)
        return types
