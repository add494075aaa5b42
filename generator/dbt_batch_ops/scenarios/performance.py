"""Does what a scenario says: starts dbt, kills it, goes on, and looks at what is there then."""

from __future__ import annotations

import io
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.database.crew import Crew
from dbt_batch_ops.dbt_host.command import Command
from dbt_batch_ops.dbt_host.operations import Operations
from dbt_batch_ops.plan.catalogue import selects
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import Act
from dbt_batch_ops.plan.sources import CsvSource, RecordsSource
from dbt_batch_ops.scenarios.arguments import dbt_arguments
from dbt_batch_ops.scenarios.contents import Contents, contents
from dbt_batch_ops.scenarios.database import Connect
from dbt_batch_ops.scenarios.exports import ExportFile, written
from dbt_batch_ops.scenarios.ledger import Run, read_run, runs_of
from dbt_batch_ops.scenarios.records import Record, csv_file
from dbt_batch_ops.scenarios.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

_RUN_VARIABLE = "DBT_BATCH_OPS_OPERATION_ID"
_WORKERS_VARIABLE = "DBT_BATCH_OPS_WORKERS"
_LONGEST_WAIT = 600.0
_MOST_TIMEOUTS = 5
_BATCHES_OF_A_CLIENT = 2


def _ended(command: Command | None) -> tuple[int, str]:
    """Return how a command ended, when it has, and what it said."""
    if command is None:
        return 0, ""
    code = command.wait()
    return (2 if code is None else code), command.output


@dataclass(frozen=True)
class Done:
    """What an act came to.

    Attributes:
        exit_code: Of the command; minus the signal that ended it.
        output: What it printed.
        run: The run, as the ledger has it afterwards.
        contents: What is in the scratch schema afterwards.
        new_runs: How many runs there are more than before.
        held: How many sessions were held up at the gate at once.
        problem: What could not be done.
    """

    exit_code: int
    output: str
    run: Run | None
    contents: Contents
    new_runs: int
    held: int = 0
    problem: str | None = None


class Performer:
    """Performs the acts of one scenario, one after another.

    Args:
        stage: What they work on.
        plan: The operation with the scenario's settings.
        dbt: Starts operations.
        connect: Opens a connection.
        records: The records that the operation is given.
    """

    def __init__(
        self,
        stage: Stage,
        plan: OperationPlan,
        dbt: Operations,
        connect: Connect,
        records: Mapping[str, Sequence[Record]],
    ) -> None:
        self._stage = stage
        self._plan = plan
        self._dbt = dbt
        self._connect = connect
        self._records = records
        self._run = uuid.uuid4()
        self._file = ExportFile(connect)
        self._held = 0
        self._problem: str | None = None
        self._uploads: list[uuid.UUID] = []

    def perform(self, act: Act, gate: int | None) -> Done:
        """Do one thing.

        Args:
            act: What.
            gate: Changes after which whoever makes the next is held up; ``None`` for nobody.
        """
        before = runs_of(self._stage.database, self._stage.table.schema)
        self._held, self._problem = 0, None
        stage = self._stage
        if selects(self._plan):
            code, output = self._export(act)
        else:
            command = self._act(act, gate)
            code, output = _ended(command)
        self._drop_uploads()
        return Done(
            exit_code=code,
            output=output,
            run=read_run(stage.database, self._run),
            contents=contents(stage.database, stage.table, self._file.lines),
            new_runs=runs_of(stage.database, stage.table.schema) - before,
            held=self._held,
            problem=self._problem,
        )

    def _act(self, act: Act, gate: int | None) -> Command | None:
        if act.do == "mend":
            self._stage.watch.mend()
            return None
        if act.do == "retry_failed":
            return self._start("dbt_batch_ops.retry_failed", {"operation_id": str(self._run)})
        if act.do == "dry_run":
            return self._start(self._plan.name, {**self._arguments(act), "dry_run": True})
        if act.do == "resume":
            return self._resume()
        if gate is not None:
            self._stage.watch.close_gate(gate)
        if act.do == "kill":
            return self._kill(act)
        return self._share(act) if act.workers > 1 else self._open(act)

    def _arguments(self, act: Act) -> dict[str, Any]:
        given = dbt_arguments(self._stage.script.values)
        for step in self._plan.steps:
            if isinstance(step.source, RecordsSource):
                given[step.source.parameter] = list(self._records[step.source.parameter])
            elif isinstance(step.source, CsvSource):
                file = csv_file(step, step.source, self._records[step.source.parameter])
                given[step.source.parameter] = f"upload:{self._upload(step.source, file)}"
        return {**given, **act.arguments}

    def _upload(self, source: CsvSource, file: bytes) -> uuid.UUID:
        from dbt_batch_ops.database.upload import CsvFormat, upload

        upload_id = uuid.uuid4()
        self._uploads.append(upload_id)
        count = None if source.has_header else file.split(b"\n")[0].count(source.delimiter.encode()) + 1
        form = CsvFormat(source.delimiter, source.has_header, column_count=count)
        with closing(self._connect()) as session:
            upload(session, io.BytesIO(file), "made.csv", "utf-8", form, upload_id=upload_id)
        return upload_id

    def _drop_uploads(self) -> None:
        """Drop the files that no run has taken over."""
        from dbt_batch_ops.database.upload import drop_upload

        if self._uploads:
            with closing(self._connect()) as session:
                while self._uploads:
                    drop_upload(session, self._uploads.pop())

    def _open(self, act: Act, workers: int = 1) -> Command:
        """Open a run and let it work; where it has to be confirmed, that is two commands."""
        arguments = self._arguments(act)
        opened = uuid.uuid4()
        command = self._start(self._plan.name, arguments, opened, workers)
        if not self._plan.requires_confirmation:
            self._take(act, command, opened)
            return command
        if command.wait() != 0 or read_run(self._stage.database, opened) is None:
            return command
        self._run = opened
        return self._start(self._plan.name, {"confirm": str(opened)}, None, workers)

    def _take(self, act: Act, command: Command, opened: uuid.UUID) -> None:
        """Take a run for the scenario's, unless the command was answered with one that was there."""
        if "idempotency_key" not in act.arguments:
            self._run = opened
            return
        command.wait()
        if read_run(self._stage.database, opened) is not None:
            self._run = opened

    def _start(
        self, macro: str, arguments: Mapping[str, Any], run: uuid.UUID | None = None, workers: int = 1
    ) -> Command:
        environment = {_RUN_VARIABLE: str(run) if run else "", _WORKERS_VARIABLE: str(workers)}
        return self._dbt.start(macro, arguments, environment)

    def _resume(self) -> Command:
        """Go on with the run; one with a time limit is given its time anew, as often as that takes."""
        for _ in range(_MOST_TIMEOUTS):
            command = self._start(self._plan.name, {"operation_id": str(self._run)})
            command.wait()
            run = read_run(self._stage.database, self._run)
            if run is None or run.status != "timed_out":
                break
        return command

    def _kill(self, act: Act) -> Command:
        command = self._open(act)
        held = self._stage.watch.wait_for_held(1, self._goes_on(command))
        self._held = len(held)
        if not held:
            self._problem = f"it ended before it was in the middle:\n{command.output}"
            self._stage.watch.open_gate()
            return command
        command.kill()
        for pid in held:
            self._stage.watch.end_session(pid)
        self._stage.watch.open_gate()
        return command

    def _share(self, act: Act) -> Command:
        """Start several workers, hold each of them up once, and let them go on together."""
        said: list[str] = []
        # The crew waits for the run, so that it may be there before dbt.
        command = self._open(act, act.workers)
        crew = Crew(self._connect, act.workers, self._run, said.append)
        crew.start()
        held = self._stage.watch.wait_for_held(act.workers, self._goes_on(command))
        self._held = len(held)
        if self._held < act.workers:
            self._problem = "; ".join(said) or None
        self._stage.watch.open_gate()
        command.wait()
        crew.end()
        crew.join(_LONGEST_WAIT)
        return command

    def _export(self, act: Act) -> tuple[int, str]:
        """Open or resume an export, and write its rows; a killed client dies in its third batch."""
        given: dict[str, Any] = {"operation": self._plan.name}
        if act.do == "resume":
            given |= {"operation_id": str(self._run), "resume": True}
        else:
            self._run = uuid.uuid4()
            given |= {"arguments": self._arguments(act), "operation_id": str(self._run)}
        code, output = _ended(self._start("dbt_batch_ops.open_export", given))
        if code != 0:
            return code, output
        dies_after = _BATCHES_OF_A_CLIENT if act.do == "kill" else None
        return written(lambda: self._file.write(self._run, dies_after))

    def _goes_on(self, command: Command) -> Callable[[], bool]:
        until = time.monotonic() + _LONGEST_WAIT
        return lambda: command.is_running and time.monotonic() < until
