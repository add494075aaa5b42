"""The act of the demo in which a CSV file becomes a catalogue of products."""

from typing import Any

from demo import screen
from demo.products import create_catalogue, read_file, write_file
from demo.proof import Proof
from demo.terminal import Terminal

_BAD_ROWS = r"""
select
    lpad(source_line::text, 4),
    coalesce(source_row ->> 'SKU', ''),
    coalesce(regexp_replace(source_row ->> 'Product name', '^(.{20}).{3,}$', '\1...'), ''),
    coalesce(source_row ->> 'Price', ''),
    error_message
from batch_ops.errors
where source_line is not null
order by errors.source_line
"""


def import_products(terminal: Terminal, cursor: Any, proof: Proof, rows: int) -> None:
    """Load a file with some bad rows, show what is recorded of them, and check that nothing is lost.

    Args:
        terminal: The terminal, in the project.
        cursor: A psycopg2 cursor that commits by itself.
        proof: What was found so far.
        rows: How many products the file has, good and bad ones together.
    """
    create_catalogue(cursor)
    file = terminal.folder / "products.csv"
    write_file(file, rows)
    terminal.run("dbt-batch-ops", "load", "import_products_csv", file.name)
    screen.say("What the ledger has of the bad rows:")
    cursor.execute(_BAD_ROWS)
    columns = ["line", "SKU", "product name", "price", "what is wrong"]
    screen.table(columns, cursor.fetchall(), wrapped="what is wrong")
    proof.check_import(read_file(file))
