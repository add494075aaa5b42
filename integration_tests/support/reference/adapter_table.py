"""The table in docs/engines.md of what each engine does of the reference document's specs: written by tests.

Each test says what it has seen of one spec on one engine, and fails where the table says otherwise;
``DBT_BATCH_OPS_UPDATE_MATRIX=1`` writes it down instead.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

from support.reference.document import complete_specs, with_header

PAGE = Path(__file__).resolve().parents[3] / "docs" / "engines.md"
WORKS = "works"

_TABLE = re.compile(r"^\| spec \|.*?(?=^$)", re.MULTILINE | re.DOTALL)


def check_cell(operation: str, engine: str, seen: str) -> None:
    """Hold what was seen against the table.

    Args:
        operation: The spec's operation.
        engine: The engine as the table's head has it.
        seen: ``works``, or why not.
    """
    table = _read()
    if os.environ.get("DBT_BATCH_OPS_UPDATE_MATRIX"):
        table.setdefault(operation, {})[engine] = seen
        _write(table)
        return
    assert table.get(operation, {}).get(engine) == seen


def refusal(operation: str, engine: str, folder: Path) -> str | None:
    """What ``validate`` says against a spec for an engine, as a cell has it; ``None`` when it is fine."""
    (folder / "batch_operations").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text("name: matrix\nversion: 1.0.0\n")
    (folder / "batch_operations" / f"{operation}.yml").write_text(with_header(complete_specs()[operation]))
    done = subprocess.run(
        [sys.executable, "-m", "dbt_batch_ops", "validate", "--engine", engine],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return None
    errors = re.findall(r"^\S+:\d+:\d+: (?!warning:|note:)(.*)$", done.stdout + done.stderr, re.MULTILINE)
    return refused(*dict.fromkeys(errors))


def refused(*messages: str) -> str:
    """A cell for what is refused, with all that is said about it."""
    assert messages
    return "refused: " + "; ".join(message.replace("|", "\\|") for message in messages)


def _read() -> dict[str, dict[str, str]]:
    found = _TABLE.search(PAGE.read_text())
    assert found, f"there is no table of specs in {PAGE}"
    head, _, *rows = (re.split(r"(?<!\\)\|", line)[1:-1] for line in found[0].strip().splitlines())
    engines = [cell.strip() for cell in head[1:]]
    return {
        cells[0].strip(" `"): dict(zip(engines, (cell.strip() for cell in cells[1:]), strict=True))
        for cells in rows
    }


def _write(table: dict[str, dict[str, str]]) -> None:
    engines = list(dict.fromkeys(engine for cells in table.values() for engine in cells))
    lines = ["| spec | " + " | ".join(engines) + " |", "|---" * (len(engines) + 1) + "|"]
    for operation, cells in table.items():
        lines.append(f"| `{operation}` | " + " | ".join(cells.get(engine, "") for engine in engines) + " |")
    PAGE.write_text(_TABLE.sub(lambda _: "\n".join(lines) + "\n", PAGE.read_text()))
