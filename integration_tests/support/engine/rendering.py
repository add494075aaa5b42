"""Requests to the engine as the package's macros render them, in this process: no dbt command is started.

dbt parses the project once in a process; a macro then takes a hundredth of a second.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dbt_batch_ops.database import Connection

_SILENTLY = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json")


class RefusedError(Exception):
    """The package or the engine has refused to do something; the text is what a user reads."""


class Renderer:
    """Macros of one project, called in this process.

    Args:
        project: The project's folder; its packages are installed and its operations generated.
        environment: Variables that ``profiles.yml`` reads.
    """

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        self._project, self._environment = project, environment
        self._manifest: Any = None
        self._adapter: Any = None

    def call(self, macro: str, arguments: Mapping[str, Any], connection: Connection | None = None) -> Any:
        """Return what a macro of the project returns.

        Args:
            macro: Its name.
            arguments: Its arguments.
            connection: The database that it looks at; without one, that of the profile.

        Raises:
            RefusedError: The macro ended the command, as it does when something is wrong with what is given.
        """
        from dbt_common.exceptions import DbtBaseException

        self._parse()
        if connection is not None:
            credentials = self._adapter.config.credentials
            credentials.host, credentials.port = connection.host, connection.port
            credentials.user, credentials.password = connection.user, connection.password
            credentials.database = connection.dbname
        with self._adapter.connection_named("renderer"):
            try:
                return self._adapter.execute_macro(
                    macro, macro_resolver=self._manifest, kwargs=dict(arguments)
                )
            except DbtBaseException as error:
                raise RefusedError(str(error)) from error

    def _parse(self) -> None:
        if self._manifest is not None:
            return
        from dbt.adapters.factory import FACTORY
        from dbt.cli.main import dbtRunner

        folder = str(self._project)
        where = [word for option in ("--project-dir", "--profiles-dir") for word in (option, folder)]
        with _variables(self._environment):
            parsed = dbtRunner().invoke([*_SILENTLY, "parse", *where])
        assert parsed.success, parsed.exception
        self._manifest = parsed.result
        self._adapter = FACTORY.adapters["postgres"]


@contextmanager
def _variables(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
