"""What the scenarios came to, as data for a report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from dbt_batch_ops.plan.scenarios import Scenario


class Verdict(Enum):
    """How a scenario ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Problem:
    """Something that is otherwise than expected.

    Attributes:
        act: What was done before.
        expectation: The word of what should have held.
        found: What was found.
    """

    act: str
    expectation: str
    found: str


@dataclass(frozen=True)
class Outcome:
    """How one scenario of one operation ended.

    Attributes:
        operation: The operation.
        place: Where it stands, as ``path:line``.
        scenario: The scenario.
        verdict: How it ended.
        reason: Why it was skipped.
        problems: What is otherwise than expected.
        seconds: How long it took.
    """

    operation: str
    place: str
    scenario: Scenario
    verdict: Verdict
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
