"""The file that a report goes into: there as a whole, or as it was before."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from dbt_batch_ops.cli.errors import ProjectError


def check_folder(file: str) -> None:
    """Refuse a file that cannot be written, before anything is read for it.

    Args:
        file: What was typed; ``-`` is standard output.

    Raises:
        ProjectError: Its folder is missing, or it is a folder itself.
    """
    if file == "-":
        return
    path = Path(file)
    if path.is_dir():
        raise ProjectError(f"{file} is a folder; name a file in it, as {path / 'report.html'}")
    if not path.parent.is_dir():
        raise ProjectError(f"{file}: there is no folder {path.parent}; make it first: mkdir -p {path.parent}")


def write_page(file: str, text: str) -> None:
    """Write a page, all of it at once.

    Args:
        file: Where to; ``-`` is standard output.
        text: The page.

    Raises:
        OSError: It cannot be written.
    """
    if file == "-":
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    # A link stays a link: what it leads to is replaced.
    path = Path(os.path.realpath(file))
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(number, "wb") as part:
            part.write(text.encode())
            part.flush()
            os.fsync(part.fileno())
        # mkstemp lets nobody else read it; a page is for whoever may read new files here.
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
