"""Every complete operation of the reference document generates as it stands there, under an entity header."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_batch_ops.plan.model import OperationPlan

DOCUMENT = Path(__file__).parents[4] / "shared" / "reference" / "batch_operations_pattern.md"
HEADERS = {
    "user": "id: uuid, email: text, status: text, legacy_id: integer, is_admin: boolean, last_login_at: "
    "timestamptz, migrated_at: timestamptz, migration_version: text, deactivated_at: timestamptz, "
    "deactivation_reason: text",
    "product": "id: uuid, name: text, price: numeric, category: text, category_id: uuid, created_at: "
    "timestamptz",
    "order": "id: uuid, status: text, total_amount: numeric, approved_at: timestamptz, approved_by: uuid",
    "product_cache": "product_id: uuid, name: text, price: numeric, last_updated: timestamptz",
    "invoice": "id: uuid, customer_id: uuid, month: date, amount: numeric, status: text",
}
COMPLETE = {
    "bulk_update_user_status": ["update"],
    "import_products": ["insert"],
    "migrate_user_data": ["select", "update", "delete"],
    "bulk_approve_orders": ["update"],
    "import_products_csv": ["insert"],
    "deactivate_inactive_users": ["update"],
    "refresh_product_cache": ["select", "custom_function", "upsert"],
    "generate_monthly_invoices": ["custom_function", "insert", "custom_function", "custom_function"],
}

pytestmark = pytest.mark.skipif(not DOCUMENT.is_file(), reason="the reference document is not there")


def blocks() -> list[str]:
    """The YAML blocks of the document."""
    return re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def with_header(block: str) -> str:
    """A block under the header of its entity; the first one of the document has its own."""
    entity = re.search(r"target_entity: (\w+)", block)
    if entity is None or block.lstrip().startswith(("name:", "# entities/")):
        return block
    return f"name: {entity[1]}\nfields: {{{HEADERS[entity[1]]}}}\n{block}"


def complete(block: str) -> str | None:
    """The name of the operation that a block defines completely, if it does."""
    name = re.search(r"^    operation: (\w+)", block, re.MULTILINE)
    return name[1] if name and name[1] in COMPLETE and "target_entity:" in block else None


def test_the_document_has_the_operations_that_are_known() -> None:
    assert [name for name in map(complete, blocks()) if name] == list(COMPLETE)


@pytest.mark.parametrize("name", COMPLETE)
def test_a_complete_operation_generates_as_it_is_written(
    name: str, plan: Callable[[str], OperationPlan]
) -> None:
    (block,) = (block for block in blocks() if complete(block) == name)
    made = plan(with_header(block))
    assert made.name == name
    assert [step.operation_type for step in made.steps] == COMPLETE[name]


def test_what_is_not_complete_is_refused_with_what_is_missing(diagnose: Callable[[str], list[str]]) -> None:
    fragments = [block for block in blocks() if complete(block) is None]
    assert len(fragments) > 4
    for block in fragments:
        messages = "\n".join(diagnose(with_header(block)))
        assert "missing 'operation_type'" in messages or "missing 'operation'" in messages, block


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("import_products", ["records"]),
        ("import_products_csv", ["csv"]),
        ("refresh_product_cache", ["target", "output", "output"]),
        ("generate_monthly_invoices", ["once", "output", "output", "output"]),
        ("migrate_user_data", ["target", "target", "target"]),
    ],
)
def test_the_rows_of_a_step_come_from_where_the_document_means(
    name: str, sources: list[str], plan: Callable[[str], OperationPlan]
) -> None:
    (block,) = (block for block in blocks() if complete(block) == name)
    assert [step.source.kind for step in plan(with_header(block)).steps] == sources
