"""The database of a dbt project: its profile read, and its connection opened, by dbt itself.

So ``env_var()``, ``DBT_PROFILES_DIR``, ``role``, ``sslmode`` and all the rest mean what they mean to dbt.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import ClickException

from dbt_batch_ops.database.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Session  # noqa: N812

_NO_DBT = "this needs dbt for PostgreSQL, and {module} is missing here; install it: pip install dbt-postgres"


@dataclass(frozen=True)
class ProfileOptions:
    """Which profile and target, as a user names them.

    Attributes:
        project_dir: The dbt project's folder.
        profiles_dir: The folder of profiles.yml; ``None`` leaves it to dbt, as all below.
        profile: The profile.
        target: Its target.
        variables: dbt's ``--vars``, as YAML.
    """

    project_dir: Path
    profiles_dir: str | None = None
    profile: str | None = None
    target: str | None = None
    variables: str | None = None

    @property
    def arguments(self) -> list[str]:
        """The same for dbt's command line. Folders are absolute, because dbt changes into the project."""
        given = {
            "--project-dir": str(self.project_dir.resolve()),
            "--profiles-dir": str(Path(self.profiles_dir).resolve()) if self.profiles_dir else None,
            "--profile": self.profile,
            "--target": self.target,
            "--vars": self.variables,
        }
        return [word for name, value in given.items() if value is not None for word in (name, value)]


def check_dbt() -> None:
    """Refuse a Python without dbt, before dbt is started.

    Raises:
        DatabaseError: dbt or its adapter is not installed.
    """
    from importlib.util import find_spec

    for module in ("dbt.cli", "dbt.adapters.postgres"):
        try:
            is_there = find_spec(module) is not None
        except ModuleNotFoundError:
            is_there = False
        if not is_there:
            raise DatabaseError(_NO_DBT.format(module=module))


class ProjectDatabase:
    """The PostgreSQL database that dbt would work on.

    Args:
        options: Which profile and target.

    Raises:
        DatabaseError: dbt is not installed, the profile cannot be read, or it is not of PostgreSQL.
    """

    def __init__(self, options: ProfileOptions) -> None:
        try:
            credentials = _credentials(options)
        except ImportError as error:
            raise DatabaseError(_NO_DBT.format(module=error.name or "a part of it")) from error
        if credentials.type != "postgres":
            raise DatabaseError(
                f"the profile is of type '{credentials.type}', and this works on PostgreSQL only; "
                "choose another target with --target"
            )
        self._credentials = credentials

    @property
    def schema(self) -> str:
        """The schema of the target, in which tables are that are named without one."""
        return str(self._credentials.schema)

    def connect(self) -> Session:
        """Open a connection as dbt does; UTF-8, and no transaction begun.

        Raises:
            DatabaseError: There is no connection; the message says what the server said.
        """
        from dbt.adapters.contracts.connection import Connection, Identifier
        from dbt.adapters.postgres.connections import PostgresConnectionManager
        from dbt_common.exceptions import DbtBaseException

        connection = Connection(Identifier("postgres"), name="dbt-batch-ops", credentials=self._credentials)
        try:
            session: Session = PostgresConnectionManager.open(connection).handle  # type: ignore[no-untyped-call]
        except DbtBaseException as error:
            raise DatabaseError(f"there is no connection to the database: {_message(error)}") from error
        session.commit()  # The role that dbt sets is gone with a transaction that is not committed.
        session.autocommit = False
        session.set_client_encoding("UTF8")
        return session


def connector(options: ProfileOptions) -> Callable[[], Session]:
    """Return what opens a connection; the profile is read when the first one is wanted, in whatever thread.

    Args:
        options: Which profile and target.
    """
    lock = threading.Lock()
    known: list[ProjectDatabase] = []

    def connect() -> Session:
        with lock:
            if not known:
                known.append(ProjectDatabase(options))
        return known[0].connect()

    return connect


def _credentials(options: ProfileOptions) -> Any:
    """Return the credentials of the profile, read in the order in which dbt reads it."""
    import dbt.adapters.postgres.connections  # noqa: F401 - to know at once when the adapter is missing
    from dbt.cli.exceptions import DbtUsageException
    from dbt.cli.flags import Flags, args_to_context
    from dbt.config.runtime import load_profile
    from dbt.flags import set_flags
    from dbt_common.clients.system import get_env
    from dbt_common.context import get_invocation_context, set_invocation_context
    from dbt_common.exceptions import DbtBaseException

    set_invocation_context({})
    get_invocation_context()._env = get_env()
    try:
        flags = Flags(args_to_context(["run-operation", *options.arguments, "dbt_batch_ops.status"]))
        set_flags(flags)  # type: ignore[no-untyped-call]
        return load_profile(flags.PROJECT_DIR, flags.VARS, flags.PROFILE, flags.TARGET).credentials
    except ClickException as error:
        raise DatabaseError(error.format_message()) from error
    except (DbtBaseException, DbtUsageException) as error:
        raise DatabaseError(_message(error)) from error


def _message(error: Exception) -> str:
    """Return what dbt says, without the frame that it puts around it for its own log."""
    text = str(getattr(error, "msg", "") or error)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
