"""Imported once by the fork server: dbt has then parsed a project, as dbt's programmatic runner allows.

What dbt builds at its first command (JSON schemas, code of its dataclasses) takes as long as the rest of it.
"""

import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

_PROFILE = """\
warm:
  target: warm
  outputs:
    warm: {type: postgres, host: 127.0.0.1, port: 1, user: warm, password: warm, dbname: warm, schema: warm, threads: 1}
"""

with tempfile.TemporaryDirectory(prefix="dbt-batch-ops-warm-") as folder:
    Path(folder, "dbt_project.yml").write_text("name: warm\nversion: 1.0.0\nprofile: warm\n")
    Path(folder, "profiles.yml").write_text(_PROFILE)
    # Twice: the second one reads what the first has parsed.
    for _ in range(2):
        parsed = dbtRunner().invoke(
            ["--quiet", "--no-send-anonymous-usage-stats", "parse", "--project-dir", folder]
            + ["--profiles-dir", folder, "--log-path", folder, "--target-path", folder]
        )
        assert parsed.success, parsed.exception
