"""The file of an export: never overwritten by mistake, and always cut to what the ledger knows of it."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path

from dbt_batch_ops.cli.errors import ProjectError


class Purpose(Enum):
    """What an export does with its file."""

    CREATE = "create"
    OVERWRITE = "overwrite"
    RESUME = "resume"


def check_file(path: Path, purpose: Purpose) -> None:
    """Refuse a file that cannot become the export's, before anything else is done.

    Raises:
        ProjectError: It cannot; the message says why.
    """
    if path.exists() or path.is_symlink():
        if purpose is Purpose.CREATE:
            raise ProjectError(
                f"{path}: is there already; --overwrite replaces it, --resume goes on with its run"
            )
        if not path.is_file():
            raise ProjectError(f"{path}: is no ordinary file, and an export must be able to cut it")
        if not os.access(path, os.R_OK | os.W_OK):
            raise ProjectError(f"{path}: may not be written")
    elif not path.parent.is_dir():
        raise ProjectError(f"{path.parent}: no such folder")
    elif not os.access(path.parent, os.W_OK | os.X_OK):
        raise ProjectError(f"{path.parent}: may not be written")


def header_line(columns: Sequence[str], delimiter: str) -> bytes:
    """Return the first line of the file."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(columns)
    return line.getvalue().encode()


@contextmanager
def export_file(
    path: Path, purpose: Purpose, header: bytes, position: int | None
) -> Iterator[io.BufferedRandom]:
    """Open the file of an export at the place where the next batch belongs.

    Args:
        path: The file.
        purpose: What to do with what is there.
        header: The first line.
        position: Bytes that the ledger has recorded; ``None`` when the file is to be begun.

    Raises:
        ProjectError: It is not the file of this export, or another program writes it.
    """
    flags = os.O_RDWR | os.O_CLOEXEC
    if purpose is Purpose.CREATE:
        flags |= os.O_CREAT | os.O_EXCL
    elif position is None:
        flags |= os.O_CREAT
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileNotFoundError:
        raise ProjectError(f"{path}: no such file, but this run has written {position} bytes of it") from None
    except FileExistsError:
        raise ProjectError(f"{path}: is there already") from None
    with os.fdopen(descriptor, "r+b") as file:
        _lock(path, file)
        if purpose is Purpose.RESUME:
            _check_contents(path, file, header, position)
        file.truncate(position or 0)
        file.seek(position or 0)
        if position is None:
            file.write(header)
            flush(file)
            _flush_folder(path)
        yield file


def flush(file: io.BufferedRandom) -> int:
    """Bring the file to the disk and return its length."""
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


def _lock(path: Path, file: io.BufferedRandom) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ProjectError(f"{path}: another export is writing it") from None


def _check_contents(path: Path, file: io.BufferedRandom, header: bytes, position: int | None) -> None:
    """Refuse a file that was not written by the run: nothing of it may be cut off."""
    length = os.fstat(file.fileno()).st_size
    if position is not None and length < position:
        raise ProjectError(
            f"{path}: has {length} bytes, and this run has written {position}: it is not the file of this run"
        )
    begin = file.read(len(header))
    if begin != header and (position is not None or not header.startswith(begin)):
        raise ProjectError(
            f"{path}: does not begin with the header of this run: it is not the file of this run"
        )


def _flush_folder(path: Path) -> None:
    """Bring the name of a new file to the disk as well; not every file system can."""
    descriptor = os.open(path.resolve().parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
