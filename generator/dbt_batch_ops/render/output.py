"""Write generated files into a dbt project, and compare them with what is there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from dbt_batch_ops.render.files import MARK, RenderedFile

_HEADER_LENGTH = 200
"""Characters of a file in which its mark must stand."""


class State(Enum):
    """What is, or has to be, done to a file."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    MISSING = "missing"
    STALE = "stale"
    ORPHANED = "orphaned"


@dataclass(frozen=True)
class FileState:
    """A file in the project and what became of it.

    Attributes:
        path: Its path in the dbt project.
        state: What was done, or what is wrong.
        operation: The operation that it belongs to.
        expected: The text that it should have; empty for a file that should not be.
        actual: The text that it has; empty for a file that is not there.
    """

    path: Path
    state: State
    operation: str
    expected: str = ""
    actual: str = ""


def write(project: Path, files: Iterable[RenderedFile]) -> list[FileState]:
    """Write files whose text differs from what is there, each atomically.

    Args:
        project: The dbt project's folder.
        files: The files.

    Raises:
        OSError: A file cannot be written.
    """
    states: list[FileState] = []
    for file in files:
        target = project / file.path
        actual = _read(target)
        if actual == file.text:
            states.append(FileState(file.path, State.UNCHANGED, file.operation, file.text, file.text))
            continue
        _write_atomically(target, file.text)
        states.append(FileState(file.path, State.WRITTEN, file.operation, file.text, actual or ""))
    return states


def remove_orphans(project: Path, files: Iterable[RenderedFile], folders: Iterable[Path]) -> list[FileState]:
    """Remove generated files whose operation is gone; files without our header stay.

    Args:
        project: The dbt project's folder.
        files: All files that the specs generate.
        folders: Where to look, in the project.

    Raises:
        OSError: A file cannot be removed.
    """
    states: list[FileState] = []
    for path, text in _orphans(project, files, folders):
        (project / path).unlink()
        states.append(FileState(path, State.REMOVED, path.stem, actual=text))
    return states


def compare(
    project: Path, files: Iterable[RenderedFile], *, orphans_in: Sequence[Path] = ()
) -> list[FileState]:
    """Return the state of every file that is or should be in the project, without changing anything.

    Args:
        project: The dbt project's folder.
        files: The files that the specs generate.
        orphans_in: Where to look for generated files that no spec generates any more.
    """
    expected = list(files)
    states: list[FileState] = []
    for file in expected:
        actual = _read(project / file.path)
        state = State.MISSING if actual is None else State.UNCHANGED if actual == file.text else State.STALE
        states.append(FileState(file.path, state, file.operation, file.text, actual or ""))
    orphans = _orphans(project, expected, orphans_in)
    states.extend(FileState(path, State.ORPHANED, path.stem, actual=text) for path, text in orphans)
    return states


def has_generated(project: Path, path: Path) -> bool:
    """Return whether a file is there, and is one that was generated.

    Args:
        project: The dbt project's folder.
        path: The file's path in it.
    """
    text = _read(project / path)
    return text is not None and MARK in text[:_HEADER_LENGTH]


def _orphans(project: Path, files: Iterable[RenderedFile], folders: Iterable[Path]) -> list[tuple[Path, str]]:
    expected = {file.path for file in files}
    found: list[tuple[Path, str]] = []
    for folder in folders:
        for path in sorted((project / folder).glob("*")):
            relative = folder / path.name
            if relative in expected or path.suffix not in (".sql", ".yml"):
                continue
            if has_generated(project, relative):
                found.append((relative, _read(path) or ""))
    return found


def _read(path: Path) -> str | None:
    """Return a file's text, or ``None`` when there is none; a file that is no text is simply different."""
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _write_atomically(target: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new, never half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
        # mkstemp makes private files; a generated macro is as readable as any other new file.
        umask = os.umask(0)
        os.umask(umask)
        Path(name).chmod(0o666 & ~umask)
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
