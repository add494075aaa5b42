"""``dbt-batch-ops report``."""

import click


@click.command()
def report() -> None:
    """X."""
