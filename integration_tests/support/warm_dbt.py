"""Imported once by the fork server: dbt has then parsed a project, as dbt's programmatic runner allows.

What dbt builds at its first command (JSON schemas, code of its dataclasses) takes as long as the rest of it.
"""

import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

_PROJECT = """\
name: warm
version: 1.0.0
profile: warm
"""
_PROFILE = """\
warm:
  target: warm
  outputs:
    warm:
      {type: postgres, host: 127.0.0.1, port: 1, user: x, password: x, dbname: x, schema: x, threads: 1}
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
