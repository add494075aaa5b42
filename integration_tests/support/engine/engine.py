"""The engine without a dbt process: open, join and work off runs by the calls that the package makes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg2

from support.database.database import Database
from support.engine import protocol
from support.engine.rendering import RefusedError, Renderer

Arguments = Mapping[str, Any] | None


class Engine:
    """Runs operations of the tests' project in the database of a test.

    Args:
        database: Where the ledger is.
        renderer: Renders the requests.
    """

    def __init__(self, database: Database, renderer: Renderer) -> None:
        self.database, self._renderer = database, renderer

    def install(self) -> None:
        """Install the ledger and the engine, or bring them up to date."""
        self._render("install_ledger", {})

    def request(
        self, operation: str, arguments: Arguments = None, idempotency_key: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Return what dbt would send to open a run.

        Args:
            operation: The operation.
            arguments: Its parameters.
            idempotency_key: As a user gives it.
            changes: Parts of the request that are to be otherwise.

        Raises:
            RefusedError: The package refuses it before the engine is asked.
        """
        given = {
            "operation": operation,
            "arguments": dict(arguments or {}),
            "idempotency_key": idempotency_key,
        }
        return {**self._render("render_request", given), **changes}

    def open(
        self, operation: str, arguments: Arguments = None, *, session: Any = None, **changes: Any
    ) -> dict[str, Any]:
        """Open a run, or plan it where it must be confirmed, and return its summary.

        Raises:
            RefusedError: It may not start; the text is what a user reads.
        """
        request = self.request(operation, arguments, **changes)
        with self.cursor(session) as cursor:
            answer = protocol.open_run(cursor, request)
        if answer["status"] == "refused":
            given = {"description": request["description"], "refusal": answer}
            self._render("render_refusal", given)
        return answer

    def join(
        self, operation_id: str, operation: str | None = None, arguments: Arguments = None
    ) -> dict[str, Any]:
        """Go on with a run as a command does that is given its id; return its summary.

        Args:
            operation_id: The run.
            operation: The operation that goes on with it; the one that has opened it when there is none.
            arguments: Its parameters, where they are given again.

        Raises:
            RefusedError: It may not go on; the text is the engine's reason.
        """
        description = self._description(operation)
        with self.cursor() as cursor:
            return _unless_refused(protocol.join_run(cursor, operation_id, description, arguments))

    def confirm(self, operation_id: str, operation: str, arguments: Arguments = None) -> dict[str, Any]:
        """Start a planned run; raises ``RefusedError`` with the reason when it may not start."""
        description = self._description(operation)
        with self.cursor() as cursor:
            return _unless_refused(protocol.confirm_run(cursor, operation_id, description, arguments or {}))

    def work(
        self, operation_id: str, seconds: float = 0.1, state: Any = None, *, session: Any = None
    ) -> dict[str, Any]:
        """Work for one time slice and return its state, which the next one is given."""
        with self.cursor(session) as cursor:
            return protocol.work(cursor, operation_id, seconds, state)

    def work_off(self, operation_id: str, seconds: float = 0.1, *, session: Any = None) -> dict[str, Any]:
        """Work until the run needs no more slices, and return its summary."""
        with self.cursor(session) as cursor:
            protocol.work_off(cursor, operation_id, seconds)
            return protocol.run_summary(cursor, operation_id)

    def run(
        self, operation: str, arguments: Arguments = None, *, seconds: float = 0.1, **changes: Any
    ) -> dict[str, Any]:
        """Run an operation to its end as one command does, and return the run's summary.

        Args:
            operation: The operation.
            arguments: Its parameters; with ``operation_id`` it goes on with a run.
            seconds: The length of a slice.
            changes: Parts of the request that are to be otherwise.

        Raises:
            RefusedError: It may not start or go on.
        """
        given = dict(arguments or {})
        operation_id = given.pop("operation_id", None)
        if operation_id is None:
            summary = self.open(operation, given, **changes)
        else:
            summary = self.join(operation_id, operation, given)
        if summary["is_closed"] or summary["status"] == "planned":
            return summary
        return self.work_off(summary["operation_id"], seconds)

    def complete(
        self, operation: str, arguments: Arguments = None, *, seconds: float = 0.1, **changes: Any
    ) -> dict[str, Any]:
        """Run an operation that has to succeed, as a command would; arguments and answer as of ``run``."""
        summary = self.run(operation, arguments, seconds=seconds, **changes)
        assert summary["status"] in ("completed", "completed_with_errors"), summary
        return summary

    def cancel(self, operation_id: str) -> dict[str, Any]:
        """End a run, or a plan, for good; return its summary."""
        with self.cursor() as cursor:
            return protocol.cancel(cursor, operation_id)

    def retry_failed(self, operation_id: str) -> dict[str, Any]:
        """Try the failed rows of a run again and return its summary; or raise ``RefusedError``."""
        with self.cursor() as cursor:
            _unless_refused(protocol.retry_failed(cursor, operation_id))
        return self.work_off(operation_id)

    def refusal(self, operation: str, arguments: Arguments = None, **changes: Any) -> str:
        """Return what a user is told by an operation that the package, the engine or the server refuses."""
        try:
            summary = self.run(operation, arguments, **changes)
        except (RefusedError, psycopg2.Error) as refused:
            return str(refused)
        raise AssertionError(f"{operation} was not refused: {summary}")

    def summary(self, operation_id: str) -> dict[str, Any]:
        """Return what the engine says of a run."""
        with self.cursor() as cursor:
            return protocol.run_summary(cursor, operation_id)

    @contextmanager
    def cursor(self, session: Any = None) -> Iterator[Any]:
        """A cursor of a session, or of one of its own."""
        if session is not None:
            with session.cursor() as cursor:
                yield cursor
            return
        with self.database.session() as own, own.cursor() as cursor:
            yield cursor

    def _render(self, macro: str, arguments: dict[str, Any]) -> Any:
        return self._renderer.call(macro, arguments, self.database.connection)

    def _description(self, operation: str | None) -> dict[str, Any] | None:
        if operation is None:
            return None
        return self._render("render_description", {"operation": operation})


def _unless_refused(answer: dict[str, Any]) -> dict[str, Any]:
    if answer["status"] == "refused":
        raise RefusedError(answer["reason"])
    return answer


def start(session: Any, request: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Open a run by a request under an id of its own; return the answer, whatever it is.

    Args:
        session: A connection in autocommit mode.
        request: What dbt would send.
        changes: Parts of the request that are to be otherwise.
    """
    with session.cursor() as cursor:
        return protocol.open_run(cursor, protocol.with_new_id({**request, **changes}))


def work_off(session: Any, operation_id: str, seconds: float = 0.1) -> dict[str, Any]:
    """Work until a run needs no more slices, and return what the last one said."""
    with session.cursor() as cursor:
        return protocol.work_off(cursor, operation_id, seconds)
