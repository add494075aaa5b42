"""The facts behind a message as a person reads them: an aligned block under the text of a mail."""

from __future__ import annotations

from typing import Any

from dbt_batch_ops.notify.message import Message, moment, one_line

_LONGEST = 500


def facts_block(message: Message) -> str:
    """Return the facts of a message, one a line, their names aligned."""
    rows = [(name, value) for name, value in _facts(message) if value]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {one_line(value, _LONGEST)}" for name, value in rows)


def _facts(message: Message) -> list[tuple[str, str]]:
    payload = message.payload
    return [
        ("operation", _text(payload.get("operation"))),
        ("description", _text(payload.get("description"))),
        ("table", _text(payload.get("target"))),
        ("status", _text(payload.get("status"))),
        ("rows", _rows(payload)),
        ("failed rows", _number(payload.get("failed_records"))),
        ("errors", _number(payload.get("error_count"))),
        ("batches", _number(payload.get("batch_count"))),
        ("time", _duration(payload.get("seconds"))),
        ("rows/s", _number(payload.get("records_per_second"))),
        ("started", _moment(payload.get("started_at"))),
        ("ended", _moment(payload.get("completed_at"))),
        ("why", _text(payload.get("stop_reason"))),
        ("run", message.operation_id),
        ("message", message.notification_id),
    ]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(value)
    return f"{value:,.0f}"


def _rows(payload: dict[str, Any]) -> str:
    done, total = _number(payload.get("processed_records")), _number(payload.get("total_records"))
    if not done or not total:
        return done
    return f"{done} of {'' if payload.get('total_is_exact', True) else '~'}{total}"


def _duration(value: Any) -> str:
    """Return seconds as people read them.

    >>> _duration(3725.4)
    '1 h 2 min 5 s'
    >>> _duration(0.25)
    '0.2 s'
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(value)
    if value < 60:
        return f"{value:.1f} s"
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours} h " if hours else "") + f"{minutes} min {seconds} s"


def _moment(value: Any) -> str:
    """Return a time to the second, in the zone in which it was written."""
    try:
        return moment(_text(value)).isoformat(" ", "seconds")
    except ValueError:
        return _text(value)
