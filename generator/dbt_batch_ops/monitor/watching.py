"""Pictures one after another, for as long as somebody looks: also when the database is away for a while."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.monitor.figures import Picture, Run
from dbt_batch_ops.monitor.reading import LostConnectionError, Reader, SlowAnswerError
from dbt_batch_ops.monitor.snapshot import Camera

_ENDED = ("completed", "completed_with_errors", "failed", "timed_out", "cancelled", "blocked", "paused")
# The database is asked for a tenth of the time at most, however long an answer takes.
_PAUSE_PER_ANSWER = 9
_LONGEST_PAUSE = 60.0
_PAUSE_AFTER_LOSS = 1.0


@dataclass(frozen=True)
class Look:
    """What is seen: a picture, or the last one and why there is no newer one.

    Attributes:
        picture: The newest picture.
        notice: What went wrong since.
    """

    picture: Picture
    notice: str | None = None


def looks(reader: Reader, operation_id: str | None, interval: float) -> Iterator[Look]:
    """Give a look at a time, each when it is due; ends when the run does that is looked at.

    A connection that breaks is opened anew, again and again. That the first look fails is an error.

    Args:
        reader: Reads the ledger.
        operation_id: The run to look at, or ``None`` for all.
        interval: Seconds between two looks.
    """
    camera = Camera(reader, operation_id)
    picture = _taken(camera, operation_id)
    since_alone: float | None = None
    pause = interval
    while True:
        begun = time.monotonic()
        yield Look(picture)
        if operation_id is not None:
            run = picture.runs[0]
            since_alone = None if run.is_live else since_alone or begun
            if _is_over(run, 0 if since_alone is None else begun - since_alone):
                return
        while True:
            time.sleep(pause)
            begun = time.monotonic()
            try:
                picture = _taken(camera, operation_id)
            except (LostConnectionError, SlowAnswerError) as error:
                if isinstance(error, LostConnectionError):
                    camera.forget()
                yield Look(picture, f"{error}; trying again ...")
                pause = max(interval, _PAUSE_AFTER_LOSS)
            else:
                break
        answer = time.monotonic() - begun
        pause = max(interval, min(answer * _PAUSE_PER_ANSWER, _LONGEST_PAUSE))


def _taken(camera: Camera, operation_id: str | None) -> Picture:
    picture = camera.take()
    if operation_id is not None and not picture.runs:
        raise DatabaseError(f"run {operation_id} is gone: the ledger was purged")
    return picture


def _is_over(run: Run, alone: float) -> bool:
    """Return whether nothing more is to be seen: it ended, or nobody has worked on it for a heartbeat."""
    if run.is_live:
        return False
    return run.status in _ENDED or run.is_closed or alone >= run.heartbeat_interval
