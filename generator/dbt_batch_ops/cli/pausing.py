"""A run of an operation that Ctrl-C pauses.

dbt is started where the terminal's Ctrl-C does not reach it. The first one is answered by asking the run to
pause: dbt then ends by itself, within a time slice. The second one ends dbt; its session in the server ends
with its slice.

The main thread waits for signals and for dbt, and does nothing that can hang, so a second Ctrl-C is heard.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from dbt_batch_ops.cli.dbt_command import INTERRUPTED, end_dbt, exit_code, start_dbt
from dbt_batch_ops.cli.options import as_typed
from dbt_batch_ops.cli.report import print_error
from dbt_batch_ops.cli.signals import handled
from dbt_batch_ops.database.crew import Crew

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

    from dbt_batch_ops.database.profile import ProfileOptions
    from dbt_batch_ops.plan.model import OperationPlan

Connect = Callable[[], "Session"]

# Names the run that the package shall open, and this command where the package goes on with another run.
_RUN_VARIABLE = "DBT_BATCH_OPS_OPERATION_ID"
# So many workers come from here, and dbt watches them; with 1 it works itself.
_WORKERS_VARIABLE = "DBT_BATCH_OPS_WORKERS"
_SECONDS_BETWEEN_LOOKS = 0.2


def run_pausably(
    options: ProfileOptions,
    plan: OperationPlan,
    arguments: Mapping[str, Any],
    connect: Connect,
    *,
    workers: int = 1,
) -> int:
    """Run an operation to its end; signals that ask this program to end pause the run.

    Args:
        options: Project, profile and target.
        plan: The operation.
        arguments: Its arguments.
        connect: Opens a connection to the same database; is called when there is a run to pause, and for
            each worker.
        workers: How many sessions work on the run. One is dbt's own; several are threads of this program.

    Returns:
        dbt's exit code, as a shell would see it; 130 when it failed after such a signal.
    """
    known = _known_run(arguments)
    operation_id = known or uuid.uuid4()
    environment = {_RUN_VARIABLE: "" if known else str(operation_id), _WORKERS_VARIABLE: str(workers)}
    came: SimpleQueue[int | None] = SimpleQueue()
    with handled(lambda number, _frame: came.put(number)):
        process = start_dbt(options, plan.name, arguments, environment, is_apart=True)
        pausing = _Pausing(process, connect, operation_id)
        threading.Thread(target=_wait, args=(process, pausing, came), daemon=True).start()
        crew = Crew(connect, workers, operation_id, _say)
        if workers > 1:
            crew.start()
        asked = False
        while (number := came.get()) is not None:
            if not asked:
                asked = True
                _say("pausing (Ctrl-C again stops at once) ...")
                pausing.start()
            elif number == signal.SIGINT:
                # Only a person means it by asking twice; others may send the same signal twice.
                end_dbt(process)
        crew.end()
    if process.returncode < 0 and asked:
        # Then dbt may have gone on with another run than the one that it should open.
        resumes = plan.on_duplicate_run == "resume" or arguments.get("idempotency_key") is not None
        _say(_last_words(connect, operation_id, options, plan, resumes=resumes))
    return INTERRUPTED if asked and process.returncode != 0 else exit_code(process)


def _known_run(arguments: Mapping[str, Any]) -> uuid.UUID | None:
    """Return the run that goes on or is confirmed, or ``None`` when dbt opens a new one."""
    for name in ("operation_id", "confirm"):
        with suppress(ValueError):
            return uuid.UUID(str(arguments.get(name)))
    return None


def _wait(process: subprocess.Popen[bytes], pausing: _Pausing, came: SimpleQueue[int | None]) -> None:
    process.wait()
    pausing.is_over.set()
    came.put(None)


class _Pausing(threading.Thread):
    """Asks a run to pause until dbt has ended, or ends dbt where it has not begun to work on the run.

    Once is not enough: a run that goes on forgets the pauses that were asked for before.

    Args:
        process: dbt.
        connect: Opens a connection.
        operation_id: The run.
    """

    def __init__(self, process: subprocess.Popen[bytes], connect: Connect, operation_id: uuid.UUID) -> None:
        super().__init__(daemon=True)
        self.is_over = threading.Event()
        self._process = process
        self._connect = connect
        self._operation_id = operation_id
        self._has_begun = False

    def run(self) -> None:
        """Do it; started as a thread, because a database may let one wait."""
        import psycopg2

        from dbt_batch_ops.database.errors import DatabaseError

        try:
            with closing(self._connect()) as session:
                while not self.is_over.is_set():
                    self._ask(session)
                    self.is_over.wait(_SECONDS_BETWEEN_LOOKS)
        except (DatabaseError, psycopg2.Error) as error:
            if not self.is_over.is_set():
                _say(f"the run cannot be asked to pause: {_reason(error)}")
                self._process.terminate()

    def _ask(self, session: Session) -> None:
        from dbt_batch_ops.database.runs import pause, run_state

        state = run_state(session, self._operation_id)
        if state and state.is_worked_on:
            self._has_begun = True
            if not state.is_to_pause:
                pause(session, state.operation_id)
        elif not self._has_begun and not (state and state.is_closed):
            # Nothing is under way that could pause. Should the run begin in this very moment, then it is an
            # interrupted one, and the last words say how to go on.
            self._process.terminate()


def _last_words(
    connect: Connect, command_id: uuid.UUID, options: ProfileOptions, plan: OperationPlan, *, resumes: bool
) -> str:
    """Return what there is to say after dbt was ended: whether there is a run, and how to go on with it."""
    import psycopg2

    from dbt_batch_ops.database.errors import DatabaseError
    from dbt_batch_ops.database.runs import run_state

    try:
        with closing(connect()) as session:
            state = run_state(session, command_id)
    except (DatabaseError, psycopg2.Error) as error:
        return (
            f"stopped; where run {command_id} stands is not known: {_reason(error)}\n"
            f"to go on with it:\n  {_again(str(command_id), options, plan)}"
        )
    if state is None and resumes:
        return "stopped; the same command goes on with what is unfinished"
    if state is None or state.status == "planned":
        return "stopped; nothing was changed"
    if state.is_closed:
        return f"stopped; run {state.operation_id} is {state.status}"
    again = _again(state.operation_id, options, plan)
    return f"stopped; to go on with run {state.operation_id}:\n  {again}"


def _again(operation_id: str, options: ProfileOptions, plan: OperationPlan) -> str:
    return as_typed(["run", plan.name, "--args", f"{{operation_id: {operation_id}}}"], options)


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())


def _say(message: str) -> None:
    """Print on stderr; a terminal that is gone must not keep a run from being paused."""
    with suppress(OSError):
        print_error(message)
