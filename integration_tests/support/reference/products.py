"""Products for the reference document's import on other engines, and what has to be there then."""

from decimal import Decimal
from pathlib import Path
from typing import Any

PRODUCTS = Path(__file__).with_name("product.yml")
"""Operations over products that are given, for the tests of these engines."""

IMPORT = "import_products"
COUNT = 600
ARGUMENTS = {
    "products_array": [
        {"name": f"product {number}", "price": f"{number}.25", "category_id": number % 7}
        for number in range(COUNT)
    ]
}


LOAD = "import_products_csv"
_INVALID = {2, 5}
CSV = "name,price,category\n" + "".join(
    f'"product {number}",{-1 if number in _INVALID else number + 1}.5,category {number % 7}\n'
    for number in range(COUNT)
)


def assert_loaded(rows: list[dict[str, Any]]) -> None:
    """Each product of the file is there once, but for those that break a rule."""
    assert sorted((row["name"], row["price"], row["category"]) for row in rows) == sorted(
        (f"product {number}", Decimal(f"{number + 1}.5"), f"category {number % 7}")
        for number in range(COUNT)
        if number not in _INVALID
    )


def assert_imported(rows: list[dict[str, Any]]) -> None:
    """Each product is there once, with its values and the time of the import."""
    found = sorted((row["name"], row["price"], row["category_id"]) for row in rows)
    assert found == sorted(
        (given["name"], Decimal(given["price"]), given["category_id"])
        for given in ARGUMENTS["products_array"]
    )
    assert all(row["created_at"] is not None for row in rows)
