"""``dbt-batch-ops notify`` with the settings that a test needs."""

from collections.abc import Mapping

from support.commands.cli import Cli, CliProcess


def by_mail(port: int) -> dict[str, str]:
    """Return the environment that delivers mail to a server of the test."""
    return {
        "DBT_BATCH_OPS_SMTP_HOST": "127.0.0.1",
        "DBT_BATCH_OPS_SMTP_PORT": str(port),
        "DBT_BATCH_OPS_SMTP_FROM": "ops@example.com",
        "DBT_BATCH_OPS_SMTP_TO": "team@example.com",
    }


def by_webhook(url: str) -> dict[str, str]:
    """Return the environment that posts to a server of the test."""
    return {"DBT_BATCH_OPS_WEBHOOK_URL": url}


class Followers:
    """Commands that follow; they end with the test, so that none delivers what another test writes.

    Args:
        cli: Starts them.
    """

    def __init__(self, cli: Cli) -> None:
        self._cli = cli
        self._processes: list[CliProcess] = []

    def __call__(self, environment: Mapping[str, str], *options: str) -> CliProcess:
        """Start one, and return when it has begun."""
        process = self._cli.start("notify", "--follow", *options, environment=environment)
        self._processes.append(process)
        process.wait_for("delivering by ")
        return process

    def end(self) -> None:
        """End all that are left."""
        for process in self._processes:
            process.kill()
