"""``dbt-batch-ops notify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dbt_batch_ops.cli.options import database_options

if TYPE_CHECKING:
    from dbt_batch_ops.notify.settings import Settings


@click.command()
@database_options
@click.option("--follow", is_flag=True, help="Deliver messages as they come, until Ctrl-C or SIGTERM.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.option(
    "--max-age",
    default="7 days",
    show_default=True,
    metavar="TIME",
    help="Give up messages that are older.",
)
@click.option(
    "--max-attempts",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="Give up a message after so many attempts (about three days).",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long one attempt may take.",
)
@click.option(
    "--poll",
    type=click.FloatRange(0.1, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="With --follow: how often to look when no news comes.",
)
def notify(
    project_dir: str,
    profiles_dir: str | None,
    profile: str | None,
    target: str | None,
    variables: str | None,
    follow: bool,
    as_json: bool,
    max_age: str,
    max_attempts: int,
    timeout: float,
    poll: float,
) -> int:
    """Deliver the messages that operations have written, by mail and by webhook.

    Without --follow it delivers what is due and ends. Several may run at once.

    Where to deliver to is in the environment: DBT_BATCH_OPS_SMTP_HOST, _PORT, _USER, _PASSWORD, _SECURITY
    (starttls, tls or none), _FROM, _TO and _CA_FILE for mail, DBT_BATCH_OPS_WEBHOOK_URL, _SECRET and _CA_FILE
    for a webhook.

    The exit code is 0 when everything is delivered or nothing was to do, 1 when something could not be
    delivered, 2 for a wrong call.
    """
    from dbt_batch_ops.cli.dbt_command import INTERRUPTED
    from dbt_batch_ops.cli.deliveries import Following, OneShot
    from dbt_batch_ops.cli.project import find_project
    from dbt_batch_ops.cli.signals import handled
    from dbt_batch_ops.database.profile import ProfileOptions, check_dbt, connector
    from dbt_batch_ops.notify.attempt import Limits
    from dbt_batch_ops.notify.courier import Task
    from dbt_batch_ops.notify.deliver import channels_of, deliver
    from dbt_batch_ops.notify.stopping import Stop
    from dbt_batch_ops.spec.durations import parse_duration

    try:
        limits = Limits(timeout, float(parse_duration(max_age)), max_attempts)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--max-age") from None
    folder = find_project(project_dir)
    channels = channels_of(_settings())
    check_dbt()
    options = ProfileOptions(folder, profiles_dir, profile, target, variables)
    stop = Stop()
    log = Following(as_json) if follow else OneShot(as_json)
    names = [channel.name for channel in channels]

    asked: list[int] = []

    def end(number: int, _frame: object) -> None:
        # Not whether `stop` is set: the second signal may come while the first one is setting it.
        asked.append(number)
        if len(asked) > 1:
            raise KeyboardInterrupt  # Asked twice: what is being sent is sent again by the next one.
        stop.now()

    with handled(end):
        log.begins(names)
        left = deliver(channels, Task(connector(options), names, limits, log, stop, poll if follow else None))
    if isinstance(log, Following):
        log.ends()
        return 0
    code = log.ends(left)
    return INTERRUPTED if stop.is_set() else code


def _settings() -> Settings:
    from dbt_batch_ops.cli.errors import ProjectError
    from dbt_batch_ops.notify.settings import VARIABLES, SettingsError, read_settings

    try:
        settings = read_settings()
    except SettingsError as error:
        raise ProjectError(f"the environment cannot be used\n{error}") from None
    if settings.email is None and settings.webhook is None:
        needed = "\n".join(f"  {channel}: {names}" for channel, names in VARIABLES.items())
        raise ProjectError(f"no channel is set up; set environment variables for one or both\n{needed}")
    return settings
