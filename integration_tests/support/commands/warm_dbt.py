"""Imported once by the fork server: dbt has then parsed a project, as dbt's programmatic runner allows.

What dbt builds at its first command (JSON schemas, code of its dataclasses) takes as long as the rest of it.
"""

import importlib.util
import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

_PROJECT = """\
name: warm
version: 1.0.0
profile: warm
"""
_OUTPUTS = {
    "postgres": "type: postgres, host: 127.0.0.1, port: 1, user: x, password: x, dbname: x",
    "duckdb": "type: duckdb, path: ':memory:'",
    "spark": "type: spark, method: session, host: NA",
}
# An environment has one of them.
_ADAPTER = next(name for name in _OUTPUTS if importlib.util.find_spec(f"dbt.adapters.{name}"))
_PROFILE = f"""\
warm:
  target: warm
  outputs:
    warm:
      {{{_OUTPUTS[_ADAPTER]}, schema: x, threads: 1}}
"""
_QUIETLY = ("--quiet", "--no-send-anonymous-usage-stats")
_FOLDERS = ("--project-dir", "--profiles-dir", "--log-path", "--target-path")

with tempfile.TemporaryDirectory(prefix="dbt-batch-ops-warm-") as folder:
    Path(folder, "dbt_project.yml").write_text(_PROJECT)
    Path(folder, "profiles.yml").write_text(_PROFILE)
    command = [*_QUIETLY, "parse", *(word for option in _FOLDERS for word in (option, folder))]
    # Twice: the second one reads what the first has parsed.
    for _ in range(2):
        parsed = dbtRunner().invoke(command)
        assert parsed.success, parsed.exception
