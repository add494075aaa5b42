"""The real table of an operation: looked at, to make one like it, and never written."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt_batch_ops.dbt_host.program import dbt_program
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.scenarios.database import Database, literal, quoted

_IS_TABLE = """
select classes.relkind in ('r', 'p')
from pg_catalog.pg_class as classes
where classes.oid = pg_catalog.to_regclass({name})
"""


class Relations:
    """Finds the tables that operations change.

    Args:
        schema: The schema of the target.
        dbt_arguments: What says which project, profile and target, for dbt.
    """

    def __init__(self, schema: str, dbt_arguments: Sequence[str]) -> None:
        self._schema = schema
        self._arguments = dbt_arguments
        self._manifest: Mapping[str, Any] | None = None

    def real(self, database: Database, plan: OperationPlan) -> tuple[str, str] | None:
        """Return schema and name of the table of an operation, or ``None`` when it is not there.

        Args:
            database: The database.
            plan: The operation as its spec says it.
        """
        names = plan.target.names
        found: tuple[str, str] | None
        if plan.target.kind == "table":
            found = (names[0] if len(names) > 1 else self._schema, names[-1])
        else:
            found = self._resolved(plan.target.kind, names)
        if found is None:
            return None
        is_table = database.value(_IS_TABLE.format(name=literal(quoted(*found))))
        return found if is_table else None

    def _resolved(self, kind: str, names: tuple[str, ...]) -> tuple[str, str] | None:
        """Return what dbt takes a source or a model for; ``None`` when it cannot tell."""
        if self._manifest is None:
            self._manifest = _manifest(self._arguments)
        nodes = self._manifest.get("sources" if kind == "source" else "nodes", {}).values()
        for node in nodes:
            if kind == "source" and (node["source_name"], node["name"]) == names:
                return str(node["schema"]), str(node["identifier"])
            is_model = node["resource_type"] in ("model", "seed", "snapshot")
            if kind == "ref" and is_model and node["name"] == names[-1]:
                return str(node["schema"]), str(node["alias"])
        return None


def _manifest(arguments: Sequence[str]) -> Mapping[str, Any]:
    """Return dbt's manifest of the user's project, made in a folder of our own."""
    with tempfile.TemporaryDirectory(prefix="dbt-batch-ops-parse-") as folder:
        quiet = {"DBT_TARGET_PATH": folder, "DBT_LOG_PATH": folder, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        done = subprocess.run(
            [
                *dbt_program(),
                "--quiet",
                "--write-json",
                "parse",
                *arguments,
            ],
            env={**os.environ, **quiet},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        file = Path(folder) / "manifest.json"
        if done.returncode != 0 or not file.is_file():
            return {}
        found = json.loads(file.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
