"""The package's dbt tests as SQL: compiled once, then asked of one ledger after another."""

import re
from typing import Any

from support.commands.dbt import Dbt, DbtResult

COLUMNS = ("operation", "operation_id", "step", "batch", "problem", "found", "expected")
"""What a row of a test says; some have a level as well."""
_PREFIX = "batch_ops_"


class LedgerTests:
    """The tests of the ledger.

    Args:
        dbt: On a project with the package and a database with the ledger.
    """

    def __init__(self, dbt: Dbt) -> None:
        dbt.run("compile", "--select", "source:batch_ops,resource_type:test")
        compiled = (dbt.project / "target" / "compiled" / "dbt_batch_ops").rglob("*.yml/*.sql")
        self._sql = {file.stem.removeprefix(_PREFIX): file.read_text() for file in compiled}

    @property
    def names(self) -> list[str]:
        return sorted(self._sql)

    def sql(self, name: str) -> str:
        """The query of a test."""
        return self._sql[name]

    def findings(self, session: Any, name: str) -> list[dict[str, Any]]:
        """Return the rows of a test in a session, each without what is null."""
        with session.cursor() as cursor:
            cursor.execute(self._sql[name])
            columns = tuple(column.name for column in cursor.description)
            assert columns[: len(COLUMNS)] == COLUMNS
            rows = [dict(zip(columns, row, strict=True)) for row in cursor]
        return [{name: value for name, value in row.items() if value is not None} for row in rows]

    def all_findings(self, session: Any) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of all tests that have any."""
        found = {name: self.findings(session, name) for name in self.names}
        return {name: rows for name, rows in found.items() if rows}


def outcomes(result: DbtResult) -> dict[str, str]:
    """Return what became of each test that ``dbt test`` ran, by its name."""
    said = re.findall(r"\d+ of \d+ (PASS|WARN|FAIL|ERROR|SKIP) ?\d* (?:\w+\.)?(\w+)", result.output)
    return {name: outcome for outcome, name in said}
