"""``dbt-batch-ops watch``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import database_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from dbt_batch_ops.monitor.watching import Look

_SECONDS_PER_STATEMENT = 10.0
_SECONDS_ON_A_TERMINAL = 0.5
_SECONDS_ELSEWHERE = 10.0
_WIDTH_ELSEWHERE = 100


@click.command()
@click.argument("operation_id", required=False, metavar="[OPERATION_ID]")
@database_options
@click.option("--once", is_flag=True, help="Print one picture and end.")
@click.option("--json", "as_json", is_flag=True, help="Print each picture as a line of JSON for programs.")
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    help="Time between two pictures. Default: 0.5 on a terminal, 10 elsewhere.",
)
def watch(
    operation_id: str | None,
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    once: bool,
    as_json: bool,
    interval: float | None,
) -> int:
    """Show the runs that are at work, live.

    OPERATION_ID is a run, or the first characters of one: then only that run is shown, and the command ends
    when the run does, with exit code 0 when it completed and 1 otherwise. Without it, all runs that are at
    work are shown until Ctrl-C.

    It only reads, and asks little of the database, however large the run is.
    """
    from rich.console import Console

    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.cli.signals import interruptible
    from dbt_batch_ops.database.profile import ProfileOptions, check_dbt, connector
    from dbt_batch_ops.monitor.finding import find_run
    from dbt_batch_ops.monitor.reading import Reader
    from dbt_batch_ops.monitor.watching import looks

    check_dbt()
    options = ProfileOptions(find_project(project_dir), profiles_dir, profile, target, variables)
    console = Console(highlight=False)
    is_live = console.is_terminal and not console.is_dumb_terminal and not once and not as_json
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _WIDTH_ELSEWHERE
    pause = interval or (_SECONDS_ON_A_TERMINAL if console.is_terminal else _SECONDS_ELSEWHERE)
    reader = Reader(
        connector(options), "dbt-batch-ops watch", seconds=_SECONDS_PER_STATEMENT, uses_indexes=True
    )
    with interruptible():
        try:
            run = None if operation_id is None else find_run(reader, operation_id)
            seen = looks(reader, run, pause)
            last = _show_live(console, seen) if is_live else _print(console, seen, once, as_json)
        except KeyboardInterrupt:
            return 130
        except BrokenPipeError:
            # Whoever reads has seen enough. Nothing more is written, not even when Python ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        finally:
            reader.close()
    if once or run is None:
        return 0
    return 0 if last.picture.runs[0].status in ("completed", "completed_with_errors") else 1


def _show_live(console: Console, seen: Iterator[Look]) -> Look:
    """Show pictures in the terminal's other screen; what was seen last stays in its first one."""
    from rich.live import Live

    from dbt_batch_ops.monitor.history import History
    from dbt_batch_ops.monitor.live import draw

    history = History()
    last = None
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            for look in seen:
                last = look
                history.add(look.picture)
                live.update(draw(look.picture, history, console, look.notice), refresh=True)
    finally:
        if last is not None:
            console.print(draw(last.picture, history, console, last.notice))
    assert last is not None
    return last


def _print(console: Console, seen: Iterator[Look], once: bool, as_json: bool) -> Look:
    """Print pictures one below the other."""
    import json

    from dbt_batch_ops.cli.report import print_error
    from dbt_batch_ops.monitor.history import History
    from dbt_batch_ops.monitor.live import draw
    from dbt_batch_ops.monitor.program import picture_json

    history = History()
    last = None
    for look in seen:
        if last is not None and not as_json:
            console.print()
        last = look
        if as_json:
            if look.notice:
                print_error(look.notice)
            else:
                sys.stdout.write(json.dumps(picture_json(look.picture)) + "\n")
                sys.stdout.flush()
        else:
            console.print(draw(look.picture, history, console, look.notice))
            console.file.flush()
        if once:
            break
    assert last is not None
    return last
