"""The complete specs of the reference document in a dbt project of their own."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.commands.dbt import Dbt
from support.commands.project import Project
from support.database.database import Database
from support.reference.document import DOCUMENT, complete_specs, with_header

TEMPLATE = "template_for_reference"
_CALL = re.compile(r"^SELECT bulk_update_user_status\(.*?\);$", re.MULTILINE | re.DOTALL)


def dbt_on_the_specs(folder: Path, database: Database) -> Dbt:
    """Make a project that has the document's specs and no others, and return dbt on it.

    Leaves the database ``TEMPLATE`` behind, which has the ledger.
    """
    project = Project(folder)
    shutil.rmtree(project.folder / "batch_operations")
    for operation, block in complete_specs().items():
        project.write(f"batch_operations/{operation}.yml", with_header(block))
    dbt = Dbt(project.folder, database.connection.environment)
    dbt.run("deps")
    project.generate()
    database.recreate()
    dbt.run_operation("dbt_batch_ops.install")
    database.save_as_template(TEMPLATE)
    return dbt


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
