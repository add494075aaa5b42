"""What ``dbt-batch-ops test`` shows: each scenario as it ends, and a table by heading."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from dbt_batch_ops.cli import report
from dbt_batch_ops.plan.scenarios import HEADINGS
from dbt_batch_ops.scenarios.outcome import Outcome, Verdict

if TYPE_CHECKING:
    from rich.status import Status

    from dbt_batch_ops.plan.model import OperationPlan
    from dbt_batch_ops.plan.scenarios import Scenario
    from dbt_batch_ops.scenarios.runner import Trial

_SIGNS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.SKIPPED: "-"}
_PLAIN_SIGNS = {Verdict.PASSED: "ok", Verdict.FAILED: "FAILED", Verdict.SKIPPED: "-"}
_SECONDS_BETWEEN_LINES = 10.0


class TestReport:
    """Shows scenarios as they end; on stderr, what is under way.

    Args:
        as_json: Whether only JSON is printed, at the end.
    """

    __test__ = False

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._outcomes: list[Outcome] = []
        self._kept: list[tuple[str, str]] = []
        self._shown = ("", "")
        self._status: Status | None = None
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    @property
    def has_failures(self) -> bool:
        """Whether a scenario failed."""
        return any(outcome.verdict is Verdict.FAILED for outcome in self._outcomes)

    def begins(self, plan: OperationPlan, scenario: Scenario | None) -> None:
        """Say what is under way."""
        text = f"{plan.name}: {scenario.name if scenario else 'making its data'}"
        if self._status is not None:
            self._status.update(text)
        elif time.monotonic() > self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            report.print_error(f"{len(self._outcomes)} scenarios so far; {text}")

    def kept(self, plan: OperationPlan, schema: str) -> None:
        """Remember a schema that stays."""
        self._kept.append((plan.name, schema))

    def add(self, outcome: Outcome) -> None:
        """Show how a scenario ended."""
        self._outcomes.append(outcome)
        if self._as_json:
            return
        operation, heading = self._shown
        if operation != outcome.operation:
            click.echo(("\n" if operation else "") + f"{outcome.operation}  ({outcome.place})")
        if (operation, heading) != (outcome.operation, outcome.scenario.heading):
            click.echo(f"  {outcome.scenario.heading}")
        self._shown = (outcome.operation, outcome.scenario.heading)
        reason = f": skipped, {outcome.reason}" if outcome.verdict is Verdict.SKIPPED else ""
        click.echo(f"    {_sign(outcome.verdict)} {outcome.scenario.name}{reason}")
        for problem in outcome.problems:
            where = f"after {problem.act}" + (f", {problem.expectation}" if problem.expectation else "")
            click.echo("        " + f"{where}: {problem.found}".replace("\n", "\n        "))

    def print_list(self, trials: Sequence[Trial]) -> None:
        """Show scenarios that are not run."""
        if self._as_json:
            report.print_json({"scenarios": [_listed(t.plan, s) for t in trials for s in t.scenarios]})
            return
        rows = [(t.plan.name, s.heading, s.name) for t in trials for s in t.scenarios]
        report.print_table(rows, ("operation", "heading", "scenario"))

    def print_summary(self) -> None:
        """Show the table by heading, and what is kept."""
        if self._as_json:
            scenarios = [_result(outcome) for outcome in self._outcomes]
            kept = [{"operation": operation, "schema": schema} for operation, schema in self._kept]
            report.print_json({"scenarios": scenarios, "headings": self._by_heading(), "kept": kept})
            return
        click.echo()
        rows = [
            (_sign(_worst(counts)), heading, *(str(counts[verdict.value]) for verdict in Verdict))
            for heading, counts in self._by_heading().items()
        ]
        report.print_table(rows, ("", "heading", *(verdict.value for verdict in Verdict)))
        failed = [outcome for outcome in self._outcomes if outcome.verdict is Verdict.FAILED]
        if failed:
            click.echo()
            report.print_error(f"{report.counted(len(failed), 'scenario')} failed:")
            for outcome in failed:
                report.print_error(f"  {outcome.place}: {outcome.operation}: {outcome.scenario.name}")
        for operation, schema in self._kept:
            click.echo(f"kept: schema {schema} of {operation}; to drop it: drop schema {schema} cascade")

    def _by_heading(self) -> dict[str, dict[str, int]]:
        headings = dict.fromkeys([*HEADINGS, *(outcome.scenario.heading for outcome in self._outcomes)])
        counted = {heading: dict.fromkeys((verdict.value for verdict in Verdict), 0) for heading in headings}
        for outcome in self._outcomes:
            counted[outcome.scenario.heading][outcome.verdict.value] += 1
        return counted

    def __enter__(self) -> TestReport:
        if sys.stderr.isatty():
            from rich.console import Console

            self._status = Console(stderr=True).status("starting dbt")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()


def _sign(verdict: Verdict) -> str:
    try:
        _SIGNS[verdict].encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN_SIGNS[verdict]
    return _SIGNS[verdict]


def _worst(counts: dict[str, int]) -> Verdict:
    if counts["failed"]:
        return Verdict.FAILED
    return Verdict.PASSED if counts["passed"] else Verdict.SKIPPED


def _listed(plan: OperationPlan, scenario: Scenario) -> dict[str, Any]:
    return {"operation": plan.name, "heading": scenario.heading, "scenario": scenario.name}


def _result(outcome: Outcome) -> dict[str, Any]:
    path, _, line = outcome.place.rpartition(":")
    return {
        "operation": outcome.operation,
        "path": path,
        "line": int(line),
        "heading": outcome.scenario.heading,
        "scenario": outcome.scenario.name,
        "result": outcome.verdict.value,
        "reason": outcome.reason or None,
        "problems": [
            {"act": problem.act, "expectation": problem.expectation or None, "found": problem.found}
            for problem in outcome.problems
        ],
        "seconds": round(outcome.seconds, 2),
    }
