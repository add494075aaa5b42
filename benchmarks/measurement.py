"""What a benchmark is and what comes out of it."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.workbench import Workbench


class MeasurementError(Exception):
    """Something did not do the work that was to be measured."""


@dataclass(frozen=True)
class Measurement:
    """One side of a pair.

    Attributes:
        value: What was measured, in the unit of the case.
        cpu_seconds: Processor time of the database session that worked, where it can be had.
    """

    value: float
    cpu_seconds: float | None = None

    def __add__(self, other: Measurement) -> Measurement:
        """Return both together, the one after the other."""
        is_known = self.cpu_seconds is not None and other.cpu_seconds is not None
        cpu = self.cpu_seconds + other.cpu_seconds if is_known else None
        return Measurement(self.value + other.value, cpu)


@dataclass(frozen=True)
class Pair:
    """One round of a case: a measurement and its own baseline, taken right before it or right after.

    Attributes:
        measured: The side that the target limits.
        baseline: What it is compared to, or None for a target that is no ratio.
    """

    measured: Measurement
    baseline: Measurement | None

    @property
    def result(self) -> float:
        """The figure to hold against the target: the ratio of the sides, or the value of the only one."""
        return self.measured.value / self.baseline.value if self.baseline else self.measured.value

    @property
    def cpu_ratio(self) -> float | None:
        """The ratio of processor times, when both are known."""
        if self.baseline is None or self.measured.cpu_seconds is None or not self.baseline.cpu_seconds:
            return None
        return self.measured.cpu_seconds / self.baseline.cpu_seconds


@dataclass(frozen=True)
class Case:
    """One row of the results.

    Attributes:
        name: What one types to measure only this.
        work: What is compared with what; may say ``{rows}``, and also ``{tenfold}``, ``{tenth}`` and
            ``{hundredth}`` of them.
        limit: The target, or None when the design sets none.
        measure: Does one round.
        unit: Of the measured values.
        is_ratio: Whether the limit is one of the ratio to a baseline; else it is one of the value itself.
        most_rounds: The most rounds worth their time, or None.
    """

    name: str
    work: str
    limit: float | None
    measure: Callable[[Workbench], Pair]
    unit: str = "s"
    is_ratio: bool = True
    most_rounds: int | None = None

    @property
    def target(self) -> str:
        """The limit in words."""
        if self.limit is None:
            return "-"
        return f"≤ {self.limit:g}" if self.is_ratio else f"≤ {self.limit:g} {self.unit}"

    def work_on(self, rows: int) -> str:
        """Return what is compared, with its numbers of rows."""
        return self.work.format(
            rows=f"{rows:,}", tenfold=f"{rows * 10:,}", tenth=f"{rows // 10:,}", hundredth=f"{rows // 100:,}"
        )


@dataclass
class Outcome:
    """All rounds of one case.

    Attributes:
        case: The case.
        pairs: Its rounds so far.
        failure: Why there are no more, when it broke.
    """

    case: Case
    pairs: list[Pair] = field(default_factory=list)
    failure: str | None = None

    @property
    def results(self) -> list[float]:
        """The figure of every round."""
        return [pair.result for pair in self.pairs]

    @property
    def median(self) -> float | None:
        """The median of the rounds."""
        return statistics.median(self.results) if self.pairs else None

    @property
    def median_cpu_ratio(self) -> float | None:
        """The median of the processor times' ratios."""
        ratios = [pair.cpu_ratio for pair in self.pairs if pair.cpu_ratio is not None]
        return statistics.median(ratios) if ratios else None

    @property
    def median_sides(self) -> tuple[float | None, float | None]:
        """The medians of the measured values and of their baselines."""
        measured = [pair.measured.value for pair in self.pairs]
        baseline = [pair.baseline.value for pair in self.pairs if pair.baseline]
        return (
            statistics.median(measured) if measured else None,
            statistics.median(baseline) if baseline else None,
        )

    @property
    def is_met(self) -> bool | None:
        """Whether the median is within the target; None without a target or a median."""
        if self.median is None or self.case.limit is None or self.failure:
            return None
        return self.median <= self.case.limit
