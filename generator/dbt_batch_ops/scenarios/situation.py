"""What a check of a scenario looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.scenarios.contents import Contents
from dbt_batch_ops.scenarios.ledger import Run
from dbt_batch_ops.scenarios.performance import Done
from dbt_batch_ops.scenarios.stage import Stage


@dataclass(frozen=True)
class Situation:
    """What a check looks at.

    Attributes:
        stage: What the scenario works on.
        plan: The operation with the scenario's settings.
        done: What was done last.
        expected: What should be there in the end.
        counts: How many rows each step is about.
        expected_but_refused: The same without the refused rows.
        refused: The contents of the refused rows.
        invalid: How many records break a rule.
        workers: How many sessions should have worked.
    """

    stage: Stage
    plan: OperationPlan
    done: Done
    expected: Contents
    counts: Sequence[int]
    expected_but_refused: Contents
    refused: Sequence[Mapping[str, Any]]
    invalid: int
    workers: int

    @property
    def run(self) -> Run:
        """The run.

        Raises:
            NoRunError: The ledger has none.
        """
        if self.done.run is None:
            raise NoRunError
        return self.done.run


class NoRunError(Exception):
    """The ledger has no run to look at."""


Check = Callable[[Situation], list[str]]
"""Says what is otherwise than expected, each in a line."""
