"""A run in review as one HTML page that needs nothing else: no script, no request, readable anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dbt_batch_ops import __version__
from dbt_batch_ops.monitor.charts import (
    duration_chart,
    histogram_chart,
    progress_chart,
    speed_chart,
)
from dbt_batch_ops.monitor.headline import figures, sentence
from dbt_batch_ops.monitor.plot import Chart
from dbt_batch_ops.monitor.review import Review, Row
from dbt_batch_ops.monitor.timeline import timeline_chart
from dbt_batch_ops.monitor.wording import duration, one_line, relation_name, status_words

_KINDS = {
    "invalid": "row, invalid before anything was written",
    "row": "row, refused by the database",
    "batch": "batch",
    "run": "the run itself",
    "retried": "attempt, made again",
}
_ACTIONS = {
    "pause": "asked it to pause",
    "resume": "let it go on",
    "cancel": "cancelled it",
    "retry_failed": "had what failed tried again",
}
_MOST_CAUSES = 50
_MOST_SQL = 20_000


@dataclass(frozen=True)
class Cause:
    """What went wrong, for one cause."""

    kind: str
    is_failure: bool
    sqlstate: str
    constraint: str
    number: int
    unmended: int
    first_at: str
    last_at: str
    message: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Statement:
    """A statement of a step."""

    step: str
    sql: str


def render(review: Review) -> str:
    """Return the page of a run.

    Args:
        review: The run.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("dbt_batch_ops.monitor"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "thousands": lambda number: "" if number is None else f"{number:,}",
        "duration": lambda seconds: "" if seconds is None else duration(seconds),
        "time": lambda at: "" if at is None else when(at, review),
        "words": status_words,
    }
    return environment.get_template("report.html.j2").render(
        review=review,
        run=review.run,
        version=__version__,
        target=relation_name(review.run["target"]),
        sentence=sentence(review),
        figures=figures(review),
        charts=charts(review),
        causes=_causes(review.causes, review),
        has_more_causes=len(review.causes) > _MOST_CAUSES,
        statements=_statements(review.steps),
        facts=_facts(review),
        actions=_ACTIONS,
        zone=review.run["timezone"],
        style=environment.get_template("report.css").render(),
    )


def charts(review: Review) -> dict[str, Chart]:
    """Return the charts that there is something to draw in."""
    if review.axis is None:
        return {}
    drawn = [timeline_chart(review, review.axis)]
    if review.buckets:
        drawn += [
            progress_chart(review, review.axis),
            speed_chart(review, review.axis),
            duration_chart(review, review.axis),
            histogram_chart(review),
        ]
    return {chart.name: chart for chart in drawn}


def when(at: datetime, review: Review) -> str:
    """Return a moment with its date and its zone."""
    local = at.astimezone(review.zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local.tzname() or f'{local:%z}'}"


def _causes(rows: Sequence[Row], review: Review) -> list[Cause]:
    return [
        Cause(
            kind=_KINDS.get(row["kind"], str(row["kind"])),
            is_failure=row["kind"] != "retried",
            sqlstate=row["sqlstate"],
            constraint=row["constraint_name"] or "",
            number=row["number"],
            unmended=row["unmended"],
            first_at=when(row["first_at"], review),
            last_at=when(row["last_at"], review),
            message=row["message"] or "",
            keys=tuple(_key(key) for key in row["keys"]),
        )
        for row in rows[:_MOST_CAUSES]
    ]


def _key(text: str) -> str:
    """Return the key of a row as a person reads it.

    >>> _key('{"id": 7, "tenant": "a"}'), _key("batch 3")
    ('id 7, tenant a', 'batch 3')
    """
    try:
        key = json.loads(text)
    except ValueError:
        return text
    if not isinstance(key, dict):
        return text
    return ", ".join(f"{name} {value}" for name, value in key.items())


def _statements(steps: Sequence[Row]) -> list[Statement]:
    """Return the statement of each step; of its variants the one for most batches."""
    found = []
    for step in steps:
        variants = step["statements"]
        if not isinstance(variants, dict):
            continue
        known = [sql for name, sql in sorted(variants.items()) if isinstance(sql, str) and name != "start"]
        sql = next(iter(known), variants.get("start"))
        if isinstance(sql, str):
            cut = sql if len(sql) <= _MOST_SQL else sql[:_MOST_SQL] + "\n-- ... cut short here"
            found.append(Statement(f"Step {step['number']}, {step['name']}", cut))
    return found


def _facts(review: Review) -> list[tuple[str, str]]:
    """Return what the run was opened with."""
    run = review.run
    facts: list[tuple[str, Any]] = [
        ("run", run["operation_id"]),
        ("table", run["target"]),
        ("database", review.database),
        ("started", when(run["started_at"], review)),
        ("ended", when(run["completed_at"], review) if run["completed_at"] else "not yet"),
        ("deadline", when(run["deadline_at"], review) if run["deadline_at"] else "none"),
        ("role", run["run_as"]),
        ("file", run["file_name"]),
        ("errors", _policy(run)),
        ("workers", f"up to {run['max_workers']:,}"),
        ("spec", f"{run['spec_path']}, {run['spec_hash']}"),
        ("package", f"{run['package_version']}, generator {run['generator_version']}"),
    ]
    return [(name, one_line(str(value), 1000)) for name, value in facts if value is not None]


def _policy(run: Row) -> str:
    limits = [] if run["max_errors"] is None else [f"at most {run['max_errors']:,}"]
    limits.append(f"{run['max_retries']:,} retries of a batch")
    return ", ".join([run["error_handling"], *limits])
