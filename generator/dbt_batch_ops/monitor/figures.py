"""What a picture of runs consists of: pure data, all of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Step:
    """A step of a run.

    Attributes:
        number: Its place, from 1.
        name: What the spec calls it.
        operation_type: What it does.
        status: ``pending``, ``running`` or ``completed``.
        total: Rows to change, as known when it began; ``None`` before.
        total_is_exact: Whether that was counted, not estimated.
        batch_size: Rows of a batch, at most.
        records: Rows changed.
        failed: Rows that were left out.
        batches: Batches completed.
        is_counted: Whether records and batches are all that there are; else the count has not caught up yet.
    """

    number: int
    name: str
    operation_type: str
    status: str
    total: int | None
    total_is_exact: bool
    batch_size: int
    records: int
    failed: int
    batches: int
    is_counted: bool

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1; an estimate never comes to 1."""
        if self.status == "completed":
            return 1.0
        if not self.total:
            return 0.0
        return min((self.records + self.failed) / self.total, 1.0 if self.total_is_exact else 0.99)


@dataclass(frozen=True)
class Batch:
    """A batch that is not done.

    Attributes:
        number: Its number in its step.
        step: The step's number.
        status: ``claimed`` or ``released``.
        worker_id: Who claimed it last.
        claimed_at: When.
        retry_at: When it is tried again, if it was given back.
        attempts: Attempts that met an error.
        error: What the last one met.
    """

    number: int
    step: int
    status: str
    worker_id: int
    claimed_at: datetime
    retry_at: datetime | None
    attempts: int
    error: str | None


@dataclass(frozen=True)
class Worker:
    """A session that works on a run, or did.

    Attributes:
        worker_id: Its number in the ledger.
        pid: Its process in the server.
        role: ``worker`` or ``coordinator``.
        is_live: Whether it has not ended, and its session exists.
        has_ended: Whether it has said that it ended.
        heartbeat_at: Its last sign of life.
        records: Rows it has changed, up to its last slice.
        batches: Batches it has done, likewise.
        stop_reason: Why it stopped while the run went on.
        state: What PostgreSQL says of its session; ``None`` when that is not to be seen.
        wait_event_type: What kind of thing it waits for.
        wait_event: What it waits for.
        transaction_at: When its transaction began.
        claimed: The batches that it holds, lowest first.
    """

    worker_id: int
    pid: int
    role: str
    is_live: bool
    has_ended: bool
    heartbeat_at: datetime
    records: int
    batches: int
    stop_reason: str | None
    state: str | None
    wait_event_type: str | None
    wait_event: str | None
    transaction_at: datetime | None
    claimed: tuple[int, ...]


@dataclass(frozen=True)
class LockWait:
    """A worker that waits for another session."""

    blocked_pid: int
    seconds: float
    waits_for: str
    blocking_pid: int | None
    blocking_user: str | None
    blocking_application: str | None
    blocking_state: str | None
    blocking_seconds: float | None
    blocking_operation_id: str | None
    command: str | None


@dataclass(frozen=True)
class Failure:
    """The newest failure that is not mended."""

    kind: str
    sqlstate: str
    message: str
    step: int
    batch: int | None
    at: datetime


@dataclass(frozen=True)
class Run:
    """A run, as it is at one moment.

    Attributes:
        operation_id: The run.
        operation: What was run.
        description: What the spec says of it.
        target: The table.
        status: As a person sees it: also ``interrupted`` and ``completed_with_errors``.
        is_closed: Whether nothing is left to go on with.
        is_live: Whether a session works on it.
        error_handling: What an error means to it.
        started_at: When it was opened.
        completed_at: When it ended.
        deadline_at: When its time is over.
        active_seconds: How long somebody was at work on it.
        heartbeat_interval: Seconds between two signs of life, at most.
        last_heartbeat_at: The newest sign of life of any worker.
        pause_requested_by: Who wants it to pause; ``None`` when nobody does.
        cancel_requested_by: Who wants it to end for good.
        stop_reason: Why it stopped by itself.
        steps: Its steps, in order.
        workers: Those that are there, and those that stopped lately, in the order in which they came.
        open_batches: Batches that are held or wait for another attempt, at most some hundred.
        lock_waits: Whom its workers wait for.
        errors: Failures that are not mended.
        errors_is_exact: Whether errors and retries were all counted; else there are at least so many.
        retries: Attempts that were made again.
        failure: The newest failure.
        invalid: Rows that were refused before anything was written.
        rate: Rows per second lately; ``None`` when nobody works.
        average: Rows per second while somebody was at work.
        seconds_left: How long the current step takes at that rate; ``None`` when that cannot be told.
    """

    operation_id: str
    operation: str
    description: str | None
    target: str
    status: str
    is_closed: bool
    is_live: bool
    error_handling: str
    started_at: datetime
    completed_at: datetime | None
    deadline_at: datetime | None
    active_seconds: float
    heartbeat_interval: float
    last_heartbeat_at: datetime | None
    pause_requested_by: str | None
    cancel_requested_by: str | None
    stop_reason: str | None
    steps: tuple[Step, ...]
    workers: tuple[Worker, ...]
    open_batches: tuple[Batch, ...]
    lock_waits: tuple[LockWait, ...]
    errors: int
    errors_is_exact: bool
    retries: int
    failure: Failure | None
    invalid: int
    rate: float | None
    average: float | None
    seconds_left: float | None

    @property
    def records(self) -> int:
        """Rows changed."""
        return sum(step.records for step in self.steps)

    @property
    def failed(self) -> int:
        """Rows that were left out."""
        return sum(step.failed for step in self.steps) + self.invalid

    @property
    def batches(self) -> int:
        """Batches completed."""
        return sum(step.batches for step in self.steps)

    @property
    def total(self) -> int:
        """Rows to change in the steps that have begun: what later ones have to do is not known before."""
        return sum(step.total or 0 for step in self.steps)

    @property
    def total_is_exact(self) -> bool:
        """Whether all of that was counted, and not estimated."""
        return all(step.total_is_exact for step in self.steps if step.status != "pending")

    @property
    def is_counted(self) -> bool:
        """Whether the count of batches has caught up."""
        return all(step.is_counted for step in self.steps)

    @property
    def step(self) -> Step | None:
        """The step that is worked on, or was last."""
        begun = [step for step in self.steps if step.status != "pending"]
        running = [step for step in begun if step.status == "running"]
        return (running or begun[-1:] or [None])[0]  # type: ignore[list-item]

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; each step counts the same."""
        if self.status in ("completed", "completed_with_errors"):
            return 1.0
        return sum(step.share for step in self.steps) / len(self.steps) if self.steps else 0.0


@dataclass(frozen=True)
class Line:
    """A run in a list of runs."""

    operation_id: str
    operation: str
    target: str
    status: str
    records: int
    errors: int
    started_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True)
class Picture:
    """All of one moment.

    Attributes:
        at: The time of the database.
        database: The database, and where it is.
        runs: The runs that are looked at.
        others: The newest other runs.
    """

    at: datetime
    database: str
    runs: tuple[Run, ...]
    others: tuple[Line, ...]
