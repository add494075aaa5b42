"""The complete specs of the reference document, word for word, in a dbt project of their own.

Only the document's first spec has an entity header; the others get one from here. Nothing else is added.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.database import Database
from support.dbt import Dbt
from support.project import REPOSITORY, Project

DOCUMENT = REPOSITORY.parent / "shared" / "reference" / "batch_operations_pattern.md"
TEMPLATE = "template_for_reference"
needs_document = pytest.mark.skipif(not DOCUMENT.is_file(), reason="the reference document is not there")
"""For a clone that does not have the document beside it, as CI has."""

_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OPERATION = re.compile(r"^    operation: (\w+)$", re.MULTILINE)
_CALL = re.compile(r"^SELECT bulk_update_user_status\(.*?\);$", re.MULTILINE | re.DOTALL)
_ENTITY = re.compile(r"^    target_entity: (\w+)$", re.MULTILINE)
_SAYS_WHAT_TO_DO = re.compile(r"^    (?:operation_type|steps|data_source):", re.MULTILINE)

_HEADERS = {
    "user": """
name: user
fields:
  id: uuid
  email: text
  status: text
  legacy_id: bigint
  is_admin: boolean
  last_login_at: timestamptz
  migrated_at: timestamptz
  migration_version: text
  deactivated_at: timestamptz
  deactivation_reason: text
""",
    "product": """
name: product
fields:
  id: bigint
  name: text
  price: numeric
  category_id: bigint
  category: text
  created_at: timestamptz
""",
    "order": """
name: order
fields:
  id: bigint
  status: text
  total_amount: numeric
  approved_at: timestamptz
  approved_by: bigint
""",
    "product_cache": """
name: product_cache
fields:
  product_id: bigint
  name: text
  price: numeric
  last_updated: timestamptz
""",
    "invoice": """
name: invoice
fields:
  id: bigint
  customer_id: bigint
  month: date
  amount: numeric
  status: text
""",
}


def complete_specs() -> dict[str, str]:
    """Return the document's blocks that define an operation: its name -> the block as it stands there."""
    complete = (block for block in _BLOCK.findall(DOCUMENT.read_text()) if _SAYS_WHAT_TO_DO.search(block))
    return {_OPERATION.search(block)[1]: block for block in complete}


def with_header(block: str) -> str:
    """Return a block under an entity header, its own where it has one."""
    if re.search(r"^fields:", block, re.MULTILINE):
        return block
    return _HEADERS[_ENTITY.search(block)[1]] + "\n" + block


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
