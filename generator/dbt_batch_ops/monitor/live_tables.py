"""The tables in a picture of runs for a terminal: steps, workers, other runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dbt_batch_ops.monitor.activity import activity, since
from dbt_batch_ops.monitor.figures import Line, Picture, Run, Step
from dbt_batch_ops.monitor.wording import clock, counted, duration, one_line, percent, short_id, status_words

STYLES = {
    "running": "green",
    "completed": "green",
    "completed_with_errors": "yellow",
    "paused": "yellow",
    "planned": "cyan",
    "interrupted": "bold red",
    "blocked": "bold red",
    "failed": "bold red",
    "timed_out": "bold red",
    "cancelled": "red",
}
_ACTIVITY_STYLES = {"works": "default", "waits": "yellow", "rests": "dim", "gone": "red"}


def steps_table(steps: Sequence[Step]) -> RenderableType:
    """Return how far each step is."""
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=3, max_width=30)
    table.add_column(ratio=2, min_width=10)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    for step in steps:
        if step.status == "pending":
            table.add_row(
                str(step.number), Text(one_line(step.name), style="dim"), "", "", Text("waits", style="dim")
            )
            continue
        mark = "" if step.total_is_exact or step.status == "completed" else "~"
        table.add_row(
            str(step.number),
            Text(one_line(step.name)),
            ProgressBar(total=1.0, completed=step.share, complete_style="green", finished_style="green"),
            mark + percent(step.share),
            counted(step.records, "row"),
        )
    return table


def workers_table(run: Run, now: datetime) -> RenderableType:
    """Return what each worker does."""
    table = Table(
        box=None, expand=True, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", show_edge=False
    )
    table.add_column("process", justify="right", no_wrap=True)
    table.add_column("does", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("for", justify="right", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("last sign", justify="right", no_wrap=True)
    for worker in run.workers:
        doing = activity(worker, run.lock_waits)
        begun = since(worker, run.open_batches, run.lock_waits, now)
        age = (now - worker.heartbeat_at).total_seconds()
        is_late = worker.is_live and worker.role == "worker" and age > 3 * run.heartbeat_interval
        table.add_row(
            str(worker.pid),
            Text(doing.text, style=_ACTIVITY_STYLES[doing.kind]),
            "" if begun is None else duration(begun),
            f"{worker.records:,}" if worker.role == "worker" else "",
            Text(duration(age), style="yellow" if is_late else "default"),
        )
    return table


def crew_text(run: Run) -> Text:
    """Return how many work on a run, in a line."""
    live = [worker for worker in run.workers if worker.is_live and worker.role == "worker"]
    waiting = {wait.blocked_pid for wait in run.lock_waits} & {worker.pid for worker in live}
    text = Text(counted(len(live), "worker"))
    if waiting:
        text.append(f", {len(waiting)} of them waiting for a lock", style="yellow")
    return text


def runs_table(picture: Picture) -> RenderableType:
    """Return the runs, a line each."""
    table = _list_table()
    for run in picture.runs:
        table.add_row(
            short_id(run.operation_id),
            Text(one_line(run.operation)),
            Text(status_words(run.status), style=STYLES.get(run.status, "default")),
            f"{run.records:,}",
            percent(run.share),
            clock(run.started_at, picture.at),
        )
    return table


def others_table(lines: Sequence[Line], now: datetime) -> RenderableType:
    """Return runs that are not at work, a line each."""
    table = _list_table()
    for line in lines:
        table.add_row(
            short_id(line.operation_id),
            Text(one_line(line.operation)),
            Text(status_words(line.status), style=STYLES.get(line.status, "default")),
            f"{line.records:,}",
            "",
            clock(line.started_at, now),
        )
    return table


def _list_table() -> Table:
    table = Table(
        box=None, expand=True, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", show_edge=False
    )
    table.add_column("run", no_wrap=True)
    table.add_column("operation", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("status", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("started", justify="right", no_wrap=True)
    return table
