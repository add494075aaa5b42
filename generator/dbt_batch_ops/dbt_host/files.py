"""What a parsed project is made of: the files that dbt reads for it, known by their contents."""

from __future__ import annotations

import functools
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_FOLDERS = ("analyses", "functions", "macros", "models", "seeds", "snapshots", "tests")
_PACKAGES = "dbt_packages"
# A file that is written twice within a tick of the clock looks the same afterwards.
_TICK = 100_000_000


class _UnknownFolderError(Exception):
    """A folder is named by Jinja, which only dbt understands."""


class Files:
    """Tells whether files are what they were; reads a file only when it has been touched."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, ...], bytes]] = {}

    def fingerprint(self, project: Path, profiles: Path) -> bytes | None:
        """Return what differs as soon as dbt could parse something else; ``None`` when that cannot be told.

        Args:
            project: The project's folder.
            profiles: The folder of ``profiles.yml``.
        """
        total = hashlib.sha256()
        try:
            paths = [str(profiles / "profiles.yml"), *_files_of(str(project))]
        except _UnknownFolderError:
            return None
        for path in paths:
            total.update(path.encode(errors="surrogateescape") + b"\0")
            total.update(self._contents(path))
        return total.digest()

    def _contents(self, path: str) -> bytes:
        try:
            state = os.stat(path)  # noqa: PTH116
            seen = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
            known = self._known.get(path)
            if known and known[0] == seen:
                return known[1]
            digest = hashlib.sha256(Path(path).read_bytes()).digest()
        except OSError:
            return b"missing"
        if time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) > _TICK:
            self._known[path] = seen, digest
        return digest


def _files_of(project: str) -> Iterator[str]:
    """Yield the files of a project and of its packages, in the same order every time."""
    todo, seen = [project], set()
    while todo:
        folder = todo.pop()
        if (real := os.path.realpath(folder)) in seen:
            continue
        seen.add(real)
        settings = _settings(folder)
        yield from _in_root(folder)
        for name in _read_folders(settings):
            yield from _below(os.path.join(folder, name))  # noqa: PTH118
        packages = _known_folder(str(settings.get("packages-install-path") or _PACKAGES))
        todo += _subfolders(os.path.join(folder, packages))  # noqa: PTH118


def _settings(folder: str) -> dict[str, Any]:
    try:
        text = Path(folder, "dbt_project.yml").read_bytes()
    except OSError:
        return {}
    return _read_settings(text)


@functools.lru_cache(maxsize=64)
def _read_settings(text: bytes) -> dict[str, Any]:
    try:
        found = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_folders(settings: dict[str, Any]) -> list[str]:
    """Return the folders that dbt looks into, in a project with these settings."""
    named = [
        str(name)
        for key, names in settings.items()
        if str(key).endswith("-paths")
        for name in (names if isinstance(names, list) else [names])
    ]
    return sorted({*_FOLDERS, *map(_known_folder, named)})


def _known_folder(name: str) -> str:
    if "{{" in name:
        raise _UnknownFolderError
    return name


def _in_root(folder: str) -> list[str]:
    """Return the settings in a project's folder; what dbt and others write there is of no matter."""
    return sorted(
        entry.path
        for entry in _entries(folder)
        if entry.name == ".dbtignore"
        or (entry.name.endswith((".yml", ".yaml")) and not entry.name.startswith("."))
    )


def _below(folder: str, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    real = os.path.realpath(folder)
    if real in seen:
        return
    for entry in sorted(_entries(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _below(entry.path, seen | {real})
        else:
            yield entry.path


def _subfolders(folder: str) -> list[str]:
    return sorted(entry.path for entry in _entries(folder) if entry.is_dir())


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []
