"""What can be wrong with a ledger: a change of it, and the row by which a test must tell of it."""

from dataclasses import dataclass, field
from typing import Any

RUN_BY_OPERATION = """
create function pg_temp.run(text) returns uuid stable language sql as
'select operation_id from batch_ops.runs where operation = $1 order by started_at desc limit 1'
"""


@dataclass(frozen=True)
class Damage:
    """A damage of one run.

    Attributes:
        test: The test that guards against it.
        operation: The operation whose run is damaged.
        sql: What is done; ``{run}``, ``{step}`` and ``{batch}`` are conditions for what belongs to these.
        problem: A part of what the test must say.
        step: The step that it must name.
        batch: The batch that it must name.
        row: What else must stand in the row.
        rows: How many rows the test must return in all.
    """

    test: str
    operation: str
    sql: str
    problem: str
    step: int | None = None
    batch: int | None = None
    row: dict[str, Any] = field(default_factory=dict)
    rows: int = 1

    def do(self, session: Any) -> None:
        """Do it in a session, and leave its transaction open."""
        run = f"operation_id = pg_temp.run('{self.operation}')"
        step = f"{run} and step_number = {self.step or 1}"
        conditions = {"run": run, "step": step, "batch": f"{step} and batch_number = {self.batch}"}
        with session.cursor() as cursor:
            cursor.execute(RUN_BY_OPERATION)
            cursor.execute(self.sql.format(**conditions))

    def is_told_by(self, findings: list[dict[str, Any]], runs: dict[str, str]) -> bool:
        """Whether a test has returned the right number of rows, and one that names the culprit."""
        culprit = {"operation": self.operation, "operation_id": runs[self.operation], **self.row}
        culprit |= {"step": self.step} if self.step else {}
        culprit |= {"batch": self.batch} if self.batch else {}
        return len(findings) == self.rows and any(
            self.problem in found["problem"] and culprit.items() <= found.items() for found in findings
        )

    def __str__(self) -> str:
        return f"{self.test}-{self.problem}-{self.operation}-{self.batch or self.step or 'run'}"


def batch(
    test: str, operation: str, change: str, problem: str, at: int, step: int = 1, **more: Any
) -> Damage:
    """A change of the row of one batch, which the test must name."""
    return Damage(
        test, operation, f"update batch_ops.batches set {change} where {{batch}}", problem, step, at, **more
    )


def twice(test: str, operation: str, problem: str, at: int, **more: Any) -> Damage:
    """The row of a batch is there twice."""
    sql = (
        "alter table batch_ops.batches drop constraint batches_pkey;"
        "insert into batch_ops.batches select * from batch_ops.batches where {batch}"
    )
    return Damage(test, operation, sql, problem, 1, at, **more)


def run(test: str, operation: str, change: str, problem: str, **more: Any) -> Damage:
    """A change of the row of a run."""
    return Damage(test, operation, f"update batch_ops.runs set {change} where {{run}}", problem, **more)
