"""dbt's ``run-operation`` on one project, started again and again."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dbt_batch_ops.dbt_host.command import Command
from dbt_batch_ops.dbt_host.launcher import Launcher

_QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DBT_VERSION_CHECK": "false",
    "DBT_USE_COLORS": "false",
    "DBT_LOG_LEVEL_FILE": "none",
    "DBT_WRITE_JSON": "false",
    "PYTHONWARNINGS": "ignore",
}


class Operations:
    """Starts operations.

    Args:
        launcher: Starts dbt.
        project: The project's folder, in which dbt may write.
        arguments: What says where its profile is, for dbt.
        environment: Variables on top of this program's.
    """

    def __init__(
        self, launcher: Launcher, project: Path, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._launcher = launcher
        self._project = project
        self._arguments = ["--project-dir", str(project), *arguments]
        paths = {"DBT_TARGET_PATH": str(project / "target"), "DBT_LOG_PATH": str(project / "logs")}
        self._environment = {**os.environ, **_QUIET, **paths, **environment}
        self._numbers = itertools.count(1)

    def start(
        self, macro: str, arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None
    ) -> Command:
        """Start an operation and return at once.

        Args:
            macro: The operation, or another macro.
            arguments: Its arguments.
            environment: Variables on top of those of all operations.

        Raises:
            DbtError: dbt cannot be started.
        """
        words = ["run-operation", macro, *self._arguments]
        if arguments:
            words += ["--args", json.dumps(arguments, ensure_ascii=False, default=str)]
        return self._launcher.start(
            words,
            {**self._environment, **(environment or {})},
            Path.cwd(),
            self._project / f"output-{next(self._numbers)}.txt",
        )
