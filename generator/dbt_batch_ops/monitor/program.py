"""A picture as JSON, for programs."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timezone
from typing import Any

from dbt_batch_ops.monitor.activity import activity
from dbt_batch_ops.monitor.figures import Picture, Run
from dbt_batch_ops.monitor.situation import notes


def picture_json(picture: Picture) -> dict[str, Any]:
    """Return a picture as plain values; times are in UTC, as ISO 8601."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(picture))
    plain["runs"] = [_run(run, picture.at) for run in picture.runs]
    return plain


def _run(run: Run, now: datetime) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(dataclasses.asdict(run))
    for name in ("records", "failed", "batches", "total", "total_is_exact", "share", "is_counted"):
        plain[name] = getattr(run, name)
    for step, shown in zip(run.steps, plain["steps"], strict=True):
        shown["share"] = step.share
    for worker, shown in zip(run.workers, plain["workers"], strict=True):
        shown["does"] = activity(worker, run.lock_waits).text
    plain["notes"] = [dataclasses.asdict(note) for note in notes(run, now)]
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return value
