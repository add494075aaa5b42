"""Where a database is and who connects to it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from dbt_batch_ops.database.errors import DatabaseError

_NAMES = {"host", "port", "user", "password", "dbname"}


@dataclass(frozen=True)
class Connection:
    """The settings of one PostgreSQL connection.

    Attributes:
        host: Name or address of the server.
        port: TCP port of the server.
        user: Role that connects.
        password: Its password; empty when none is needed.
        dbname: Database to connect to.
    """

    host: str
    port: int
    user: str
    password: str
    dbname: str

    @classmethod
    def from_dsn(cls, dsn: str) -> Connection:
        """Read a connection from a URL or from libpq's ``key=value`` form.

        Args:
            dsn: For example ``postgresql://me:secret@db.example.com:5432/shop`` or ``host=db dbname=shop``.

        Returns:
            The connection; what the text does not say gets libpq's default.

        Raises:
            DatabaseError: The text has neither form, or names a setting that is not supported.

        >>> Connection.from_dsn("postgresql://me:p%40ss@db.example.com/shop").password
        'p@ss'
        >>> Connection.from_dsn("host=db user=me dbname='my shop'").dbname
        'my shop'
        """
        try:
            settings = _from_url(dsn) if "://" in dsn else _from_pairs(dsn)
            port = int(settings.get("port") or 5432)
        except ValueError as error:
            raise DatabaseError(
                f"This connection cannot be read: {error}. "
                "Write it as postgresql://user:password@host:port/database."
            ) from error
        user = settings.get("user") or "postgres"
        return cls(
            host=settings.get("host") or "localhost",
            port=port,
            user=user,
            password=settings.get("password") or "",
            dbname=settings.get("dbname") or user,
        )

    @property
    def url(self) -> str:
        """The connection as a URL."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        user, dbname = quote(self.user, safe=""), quote(self.dbname, safe="")
        return f"postgresql://{user}{secret}@{host}:{self.port}/{dbname}"

    @property
    def environment(self) -> dict[str, str]:
        """The connection as the environment variables that every PostgreSQL client reads."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.dbname,
        }


def _from_url(dsn: str) -> dict[str, str]:
    parts = urlsplit(dsn)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"{parts.scheme}:// is not postgresql://")
    if parts.query:
        raise ValueError(f"the options ?{parts.query} are not supported")
    return {
        "host": unquote(parts.hostname or ""),
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
    }


def _from_pairs(dsn: str) -> dict[str, str]:
    pairs = [word.partition("=") for word in shlex.split(dsn)]
    for name, separator, _ in pairs:
        if not separator:
            raise ValueError(f"'{name}' is not of the form name=value")
        if name not in _NAMES:
            raise ValueError(f"'{name}' is not one of {', '.join(sorted(_NAMES))}")
    return {name: value for name, _, value in pairs}
