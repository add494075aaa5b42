"""Products for the reference document's import on other engines, and what has to be there then."""

from decimal import Decimal
from typing import Any

IMPORT = "import_products"
COUNT = 600
ARGUMENTS = {
    "products_array": [
        {"name": f"product {number}", "price": f"{number}.25", "category_id": number % 7}
        for number in range(COUNT)
    ]
}


def assert_imported(rows: list[dict[str, Any]]) -> None:
    """Each product is there once, with its values and the time of the import."""
    found = sorted((row["name"], row["price"], row["category_id"]) for row in rows)
    assert found == sorted(
        (given["name"], Decimal(given["price"]), given["category_id"])
        for given in ARGUMENTS["products_array"]
    )
    assert all(row["created_at"] is not None for row in rows)
