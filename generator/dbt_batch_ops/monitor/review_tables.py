"""A run in review as tables for a terminal, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dbt_batch_ops.monitor.headline import figures, sentence
from dbt_batch_ops.monitor.page import when
from dbt_batch_ops.monitor.review import MOST_WORKERS, Review
from dbt_batch_ops.monitor.wording import duration, one_line, status_words

_WIDTH_ELSEWHERE = 120


def print_review(review: Review) -> None:
    """Print a run in review on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_ELSEWHERE)
    run = review.run
    console.print(
        Text.assemble(
            (run["operation"], "bold"), f", run {run['operation_id']}, {status_words(run['status'])}"
        )
    )
    if run["description"]:
        console.print(Text(one_line(run["description"], 500)))
    console.print(Text(one_line(sentence(review), 1000)))
    console.print()
    console.print(
        _table(("", ">", ""), [(f.name, f"{f.value} {f.unit}".strip(), f.detail) for f in figures(review)])
    )
    _section(console, "Steps", ("step", "name", "status", ">rows", ">of", ">failed rows", ">batches"), [
        (
            str(step["number"]), step["name"], step["status"], f"{step['records']:,}",
            "" if step["total"] is None else f"{'' if step['total_is_exact'] else '~'}{step['total']:,}",
            f"{step['failed']:,}", f"{step['batches']:,}",
        )
        for step in review.steps
    ])  # fmt: skip
    _section(
        console,
        "Batches took",
        (">shortest", ">median", ">90 %", ">95 %", ">99 %", ">longest"),
        _took(review),
    )
    _section(
        console,
        "Workers",
        (">process", "from", "until", ">rows", ">batches", ">failed rows", "stopped"),
        _workers(review),
    )
    _section(
        console,
        "Failures and retries by cause",
        ("what", ">number", ">not mended", "SQLSTATE", "the first one"),
        _causes(review),
    )
    _section(
        console,
        "Who asked for what",
        ("when", "who", "what"),
        [
            (when(control["requested_at"], review), control["requested_by"], control["action"])
            for control in review.controls
        ],
    )


def review_json(review: Review) -> dict[str, Any]:
    """Return a run in review as plain values; times are in UTC, as ISO 8601, durations in seconds."""
    run = review.run
    return {
        "run": _plain(run),
        "parameters": _plain(review.parameters),
        "totals": {
            **_plain(review.totals),
            "records": review.records,
            "total_records": review.total,
            "total_is_exact": review.total_is_exact,
            "batches": review.batch_count,
            "seconds": review.seconds,
            "active_seconds": review.active_seconds,
            "records_per_second": review.records_per_second,
            "wal_bytes": review.wal_bytes,
            "lock_wait_seconds": review.lock_wait,
        },
        "steps": [
            {name: _plain(value) for name, value in step.items() if name != "statements"}
            for step in review.steps
        ],
        "batch_seconds": _plain(review.durations),
        "workers": [
            {**_plain(worker), "joined": _iso(worker["joined"]), "ended": _iso(worker["ended"])}
            for worker in review.workers
        ],
        "throughput": [
            {
                "from": _iso(bucket.begin),
                "seconds": bucket.seconds,
                **{
                    name: review.buckets.get(place, {}).get(name, 0)
                    for name in ("records", "batches", "failed")
                },
                **{name: review.errors.get(place, {}).get(name, 0) for name in ("failures", "retries")},
            }
            for place, bucket in enumerate(review.axis.buckets if review.axis else ())
        ],
        "causes": _plain(review.causes),
        "slowest_batches": _plain(review.slowest),
        "controls": _plain(review.controls),
    }


def _workers(review: Review) -> list[tuple[str, ...]]:
    workers = [worker for worker in review.workers if worker["role"] == "worker"]
    rows: list[tuple[str, ...]] = [
        (
            str(worker["pid"]),
            _moment(worker["joined"], review),
            "now" if worker["is_live"] else _moment(worker["ended"], review),
            f"{worker['records']:,}",
            f"{worker['batches']:,}",
            f"{worker['failed']:,}",
            worker["stop_reason"] or "",
        )
        for worker in workers[:MOST_WORKERS]
    ]
    if len(workers) > MOST_WORKERS:
        rows.append((f"and {len(workers) - MOST_WORKERS:,} more", "", "", "", "", "", ""))
    return rows


def _causes(review: Review) -> list[tuple[str, ...]]:
    return [
        (
            cause["kind"],
            f"{cause['number']:,}",
            "" if cause["kind"] == "retried" else f"{cause['unmended']:,}",
            cause["sqlstate"],
            one_line(f"{cause['keys'][0]}: {cause['message']}", 300),
        )
        for cause in review.causes
    ]


def _took(review: Review) -> list[tuple[str, ...]]:
    known = review.durations
    if not known.get("batches"):
        return []
    return [tuple(duration(one) for one in (known["least"], *known["percentiles"], known["most"]))]


def _section(console: Console, title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    console.print()
    console.print(Text(title, style="bold"))
    console.print(_table(header, rows))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Return a table; what stands below a name that begins with ``>`` is written to the right."""
    has_header = any(name.strip(">") for name in header)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=has_header)
    for place, name in enumerate(header):
        is_last = place == len(header) - 1
        table.add_column(
            name.lstrip(">"), justify="right" if name.startswith(">") else "left", no_wrap=not is_last,
            overflow="fold" if is_last else "ellipsis",
        )  # fmt: skip
    for row in rows:
        table.add_row(*(Text(one_line(cell, 400)) for cell in row))
    return table


def _moment(moment: float, review: Review) -> str:
    return f"{datetime.fromtimestamp(moment, review.zone):%Y-%m-%d %H:%M:%S}"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return value
