"""The demo's CSV file of products: made by chance, but the same every time, with some rows gone bad."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Product = dict[str, str]
"""A row of the file: its values by the names in the header."""

HEADER = ("SKU", "Product name", "Category", "Price")
_MATERIALS = ("Bamboo", "Ceramic", "Cork", "Cotton", "Glass", "Linen", "Oak", "Steel", "Walnut", "Wool")
_THINGS = {
    "Bath": ("bath mat", "mirror", "shelf", "soap dish", "stool", "tumbler"),
    "Garden": ("bench", "bird house", "lantern", "planter", "side table", "wind chime"),
    "Kitchen": ("bowl", "bread box", "carafe", "chopping board", "coaster", "jug"),
    "Office": ("bookend", "desk lamp", "in-tray", "pen holder", "pinboard", "waste bin"),
}
_NAMES_OF_TWO_LINES = {250: "Linen towel\n(set of two)", 2_000: "Oak frame\n(without glass)"}
# What happens to files between one program and the next.
_SPOILED = {
    12: {"Price": "-4.90"},
    731: {"Product name": ""},
    1_204: {"Price": "n/a"},
    1_205: {"Price": "12,50"},
    1_998: {"Product name": "Steel pinboard with magnets, screws and a spirit level"},
    2_406: {"SKU": "2406"},
    3_050: {"Price": ""},
    3_777: {"Price": "0.00"},
    4_444: {"Product name": "", "Price": "-1"},
    4_999: {"Price": "1e99"},
}
BAD_ROWS = len(_SPOILED)


def create_catalogue(cursor: Any) -> None:
    """Make the table, empty.

    Args:
        cursor: A psycopg2 cursor that commits by itself.
    """
    cursor.execute(Path(__file__).with_name("products.sql").read_text())


def write_file(file: Path, rows: int) -> None:
    """Write the file.

    Args:
        file: Where to.
        rows: How many products, good and bad ones together.
    """
    with file.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, HEADER, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_products(rows))


def read_file(file: Path) -> dict[int, Product]:
    """Return the rows of the file by the lines that they begin on, as an editor counts them."""
    rows = {}
    with file.open(newline="", encoding="utf-8") as text:
        reader = csv.DictReader(text)
        line = 2
        for row in reader:
            rows[line] = row
            line = reader.line_num + 1
    return rows


def _products(rows: int) -> Iterator[Product]:
    chance = random.Random(42)  # noqa: S311
    for number in range(1, rows + 1):
        category = chance.choice(list(_THINGS))
        product = {
            "SKU": f"P-{number:05}",
            "Product name": f"{chance.choice(_MATERIALS)} {chance.choice(_THINGS[category])}",
            "Category": category,
            "Price": f"{chance.randint(190, 24_990) / 100:.2f}",
        }
        if number in _NAMES_OF_TWO_LINES:
            product["Product name"] = _NAMES_OF_TWO_LINES[number]
        yield product | _SPOILED.get(number, {})
