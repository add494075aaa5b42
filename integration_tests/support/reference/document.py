"""The complete specs of the reference document, word for word.

Only the document's first spec has an entity header; the others get one from here. Nothing else is added.
"""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).resolve().parents[4] / "shared" / "reference" / "batch_operations_pattern.md"
needs_document = pytest.mark.skipif(not DOCUMENT.is_file(), reason="the reference document is not there")
"""For a clone that does not have the document beside it, as CI has."""

_BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OPERATION = re.compile(r"^    operation: (\w+)$", re.MULTILINE)
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
