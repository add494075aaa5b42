"""What the runs of the reference document's specs need."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.reference.document import DOCUMENT

_CALL = re.compile(r"^SELECT bulk_update_user_status\(.*?\);$", re.MULTILINE | re.DOTALL)


@contextmanager
def folder_for_the_server() -> Iterator[Path]:
    """Make a folder that the server may read: started by root, it runs under another account."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def manual_calls() -> tuple[str, ...]:
    """Return the calls of the document's manual test: one of known users, one of an id that is none."""
    return tuple(_CALL.findall(DOCUMENT.read_text()))
