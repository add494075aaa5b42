"""``dbt-batch-ops schema``."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.option("--output", metavar="FILE", help="Write into a file instead of stdout.")
def schema(output: str | None) -> int:
    """Print the JSON Schema of specs, for editors.

    For example, for the YAML plugin of an editor, write as the first line of a spec:
    # yaml-language-server: $schema=../batch_operations.schema.json
    """
    from dbt_batch_ops.spec.schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        Path(output).write_text(text, encoding="utf-8")
    return 0
