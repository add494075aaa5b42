"""A picture of runs for a terminal: as much detail as there is room for."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from dbt_batch_ops.monitor.figures import Picture, Run
from dbt_batch_ops.monitor.history import History
from dbt_batch_ops.monitor.live_tables import (
    STYLES,
    crew_text,
    others_table,
    runs_table,
    steps_table,
    workers_table,
)
from dbt_batch_ops.monitor.situation import notes
from dbt_batch_ops.monitor.wording import (
    clock,
    counted,
    duration,
    one_line,
    percent,
    rate,
    relation_name,
    short_id,
    status_words,
)

# Columns of a terminal from which there is room for an average beside the speed of now.
_WIDE = 104
_NOTE_STYLES = {"problem": "bold red", "wait": "yellow", "info": "dim"}


class Detail(IntEnum):
    """How much is shown of each run."""

    LINE = 0
    BRIEF = 1
    FULL = 2


def draw(picture: Picture, history: History, console: Console, notice: str | None = None) -> RenderableType:
    """Return what a terminal shows.

    Args:
        picture: What is shown.
        history: The speed of the runs in earlier pictures.
        console: Where it is shown; its height decides how much detail there is.
        notice: What has gone wrong with looking, if anything.
    """
    drawn: RenderableType = ""
    for detail in reversed(Detail):
        drawn = Group(*_parts(picture, history, notice, detail, width=console.width))
        if not console.is_terminal or _height(console, drawn) <= console.height:
            break
    return drawn


def _height(console: Console, drawn: RenderableType) -> int:
    return len(console.render_lines(drawn, console.options, pad=False))


def _parts(
    picture: Picture, history: History, notice: str | None, detail: Detail, *, width: int
) -> list[RenderableType]:
    parts: list[RenderableType] = [_heading(picture)]
    if notice:
        parts.append(Text(one_line(notice), style="bold red"))
    if not picture.runs:
        parts.append(Text("No run is at work. Watching ..." if not picture.others else "No run is at work."))
    elif detail is Detail.LINE:
        parts.append(runs_table(picture))
    else:
        for run in picture.runs:
            parts.append(_panel(run, picture.at, history, detail, width=width))
    if picture.others:
        parts += [Text(), Text("Last runs", style="bold"), others_table(picture.others, picture.at)]
    return parts


def _heading(picture: Picture) -> RenderableType:
    heading = Table.grid(expand=True, padding=(0, 1))
    heading.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    heading.add_column(justify="right", no_wrap=True)
    heading.add_row(
        Text(one_line(picture.database), style="bold"),
        Text(f"{picture.at.astimezone():%H:%M:%S %Z}", style="dim"),
    )
    return heading


def _panel(run: Run, now: datetime, history: History, detail: Detail, *, width: int) -> RenderableType:
    parts: list[RenderableType] = [_about(run, now), _bar(run), _amounts(run, history, width=width)]
    parts.append(_counts(run, now))
    if len(run.steps) > 1:
        parts += [Text(), steps_table(run.steps)]
    if run.workers:
        parts += [Text(), workers_table(run, now)] if detail is Detail.FULL else [crew_text(run)]
    said = notes(run, now)
    if said:
        parts.append(Text())
    for note in said if detail is Detail.FULL else said[:1]:
        parts.append(Text(one_line(note.text, 500), style=_NOTE_STYLES[note.level]))
        if note.command:
            parts.append(Text(_typed(note.command, width), style="cyan"))
    style = STYLES.get(run.status, "default")
    title = Text.assemble(
        (one_line(run.operation, 60), "bold"),
        "  ",
        (short_id(run.operation_id), "dim"),
        "  ",
        (status_words(run.status), style),
        overflow="ellipsis",
    )
    return Panel(
        Group(*parts),
        title=title,
        title_align="left",
        border_style="dim" if run.status in ("running", "completed") else style.removeprefix("bold "),
        box=box.HORIZONTALS,
        padding=(0, 1),
    )


def _typed(command: str, width: int) -> str:
    """Return a command as it can be copied: a long one goes on within its quotes, where that is free."""
    said = one_line(command)
    if len(said) + 4 > width:
        said = said.replace("{operation_id: ", "{operation_id:\n    ")
    return f"  {said}"


def _about(run: Run, now: datetime) -> RenderableType:
    kind = run.steps[0].operation_type if len(run.steps) == 1 else counted(len(run.steps), "step")
    about = Table.grid(expand=True, padding=(0, 1))
    about.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    about.add_column(justify="right", no_wrap=True)
    times = f"started {clock(run.started_at, now)}"
    if run.active_seconds:
        times += f", {duration(run.active_seconds)} at work"
    about.add_row(Text(f"{kind} {one_line(relation_name(run.target))}"), Text(times, style="dim"))
    return about


def _bar(run: Run) -> RenderableType:
    style = STYLES.get(run.status, "green").removeprefix("bold ")
    bar = Table.grid(expand=True, padding=(0, 1))
    bar.add_column(ratio=1)
    bar.add_column(justify="right", no_wrap=True, width=6)
    is_estimate = not run.total_is_exact and not run.status.startswith("completed")
    bar.add_row(
        ProgressBar(total=1.0, completed=run.share, complete_style=style, finished_style=style),
        Text(("~" if is_estimate else "") + percent(run.share), style="bold"),
    )
    return bar


def _amounts(run: Run, history: History, *, width: int) -> RenderableType:
    amounts = Table.grid(expand=True, padding=(0, 1))
    amounts.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    amounts.add_column(justify="right", no_wrap=True)
    mark = "" if run.total_is_exact else "~"
    rows = Text.assemble((f"{run.records:,}" + ("" if run.is_counted else "+"), "bold"))
    rows.append(f" of {mark}{run.total:,} rows" if run.total else " rows")
    if run.seconds_left is not None:
        where = " in this step" if len(run.steps) > 1 else ""
        rows.append(f", {mark}{duration(run.seconds_left)} left{where}")
    speed = Text()
    if run.is_live:
        curve = history.curve(run.operation_id)
        speed = Text.assemble((curve + " " if curve else "", "green"), (rate(run.rate), "bold"))
    if run.average is not None and (width >= _WIDE or not run.is_live):
        speed.append(f"{', on average ' if run.is_live else 'on average '}{rate(run.average)}", style="dim")
    amounts.add_row(rows, speed)
    return amounts


def _counts(run: Run, now: datetime) -> Text:
    least = "" if run.errors_is_exact else "at least "
    parts = [
        Text(counted(run.batches, "batch", "batches")),
        Text(counted(run.failed, "row") + " failed", style="bold red" if run.failed else "default"),
        Text(
            f"{least}{counted(run.retries, 'retry', 'retries')}", style="yellow" if run.retries else "default"
        ),
    ]
    others = run.errors - run.failed
    if others > 0:
        parts.append(Text(counted(others, "other failure"), style="bold red"))
    if run.deadline_at is not None and not run.is_closed:
        left = (run.deadline_at - now).total_seconds()
        when = f"in {duration(left)}" if left > 0 else "over"
        parts.append(
            Text(
                f"deadline {clock(run.deadline_at, now)} ({when})", style="default" if left > 60 else "yellow"
            )
        )
    return Text("   ").join(parts)
