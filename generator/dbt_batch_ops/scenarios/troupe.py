"""Performs the scenarios of one operation, and says how they ended."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from dbt_batch_ops.dbt_host.operations import Operations
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import Scenario
from dbt_batch_ops.scenarios.checks import check
from dbt_batch_ops.scenarios.contents import Contents
from dbt_batch_ops.scenarios.database import Connect, RefusedError
from dbt_batch_ops.scenarios.ledger import remove_runs
from dbt_batch_ops.scenarios.outcome import Outcome, Problem, Verdict
from dbt_batch_ops.scenarios.performance import Performer
from dbt_batch_ops.scenarios.queries import precondition_queries
from dbt_batch_ops.scenarios.records import Record
from dbt_batch_ops.scenarios.situation import Situation
from dbt_batch_ops.scenarios.stage import Stage
from dbt_batch_ops.scenarios.table import UnmadeError
from dbt_batch_ops.scenarios.variants import variant

_BATCHES_BEFORE_GATE = 2
_MOST_PROBLEMS = 4


def perform(
    stage: Stage, scenarios: Sequence[Scenario], dbt: Operations, connect: Connect
) -> list[tuple[Scenario, Outcome]]:
    """Perform scenarios that do the same, once, and say how each ended.

    Args:
        stage: What they work on.
        scenarios: The scenarios; they differ in what they expect.
        dbt: Starts operations.
        connect: Opens a connection.
    """
    first = scenarios[0]
    begun = time.monotonic()
    problems: dict[str, list[Problem]] = {}
    reason = first.skipped
    if reason is None:
        try:
            remove_runs(stage.database, stage.table.schema)
            stage.reset()
            problems = _Performance(stage, first, dbt, connect).problems(scenarios)
        except UnmadeError as unmade:
            reason = str(unmade)
        except RefusedError as refused:
            found = Problem("preparing it", "", f"{refused.message} ({refused.sqlstate})")
            problems = {scenario.name: [found] for scenario in scenarios}
        finally:
            stage.watch.mend()
    if reason is not None:
        return [(one, outcome(stage.plan, one, Verdict.SKIPPED, one.skipped or reason)) for one in scenarios]
    seconds = time.monotonic() - begun
    return [
        (
            one,
            outcome(
                stage.plan,
                one,
                Verdict.FAILED if problems.get(one.name) else Verdict.PASSED,
                problems=problems.get(one.name, ()),
                seconds=seconds if one is first else 0.0,
            ),
        )
        for one in scenarios
    ]


def grouped(scenarios: Sequence[Scenario]) -> list[list[Scenario]]:
    """Return scenarios in groups that do the same and differ in what they expect."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        acts = [[act.do, dict(act.arguments), act.workers] for act in scenario.acts]
        same = [acts, dict(scenario.settings), dict(scenario.given), scenario.skipped]
        groups.setdefault(json.dumps(same, default=str, sort_keys=True), []).append(scenario)
    return list(groups.values())


def outcome(
    plan: OperationPlan,
    scenario: Scenario,
    verdict: Verdict,
    reason: str = "",
    problems: Sequence[Problem] = (),
    seconds: float = 0.0,
) -> Outcome:
    """Return how a scenario of an operation ended."""
    place = f"{plan.spec_path}:{plan.line}"
    return Outcome(plan.name, place, scenario, verdict, reason, tuple(problems), seconds)


class _Performance:
    def __init__(self, stage: Stage, scenario: Scenario, dbt: Operations, connect: Connect) -> None:
        self._stage = stage
        self._scenario = scenario
        self._plan = variant(stage.plan, scenario.settings)
        self._given = scenario.given
        self._records = self._given_records()
        self._performer = Performer(stage, self._plan, dbt, connect, self._records)

    def problems(self, scenarios: Sequence[Scenario]) -> dict[str, list[Problem]]:
        """Do what the scenarios say, up to the first act after which something is otherwise than expected.

        Args:
            scenarios: Scenarios that do the same.
        """
        stage = self._stage
        expected, counts = stage.expected()
        self._demand(expected)
        refused = self._refused_rows(expected)
        without = expected
        if refused:
            stage.watch.refuse(refused, silently=True)
            without, _ = stage.expected()
            stage.watch.mend()
            stage.watch.refuse(refused, silently=False)
        if self._given.get("broken_precondition"):
            self._break_precondition()
        gate = self._gate(expected) if self._given.get("held") else None
        first_shared = self._done_alone(counts)
        for place, act in enumerate(self._scenario.acts):
            after = first_shared if act.workers > 1 else gate if act.do in ("run", "kill") else None
            gate = None if act.do == "mend" else gate
            done = self._performer.perform(act, after)
            situation = Situation(
                self._stage,
                self._plan,
                done,
                expected,
                counts,
                without,
                refused,
                self._invalid(),
                act.workers,
            )
            found: dict[str, list[Problem]] = {}
            for scenario in scenarios:
                own = [Problem(act.do, "", done.problem)] if done.problem else []
                for word in scenario.acts[place].expect:
                    own += [Problem(act.do, word, text) for text in _shortened(check(word, situation))]
                found[scenario.name] = own
            if any(found.values()):
                return found
        return {}

    def _given_records(self) -> Mapping[str, Sequence[Record]]:
        records = self._stage.script.records
        wanted = int(self._given.get("invalid_rows", 0))
        if not wanted:
            return records
        if not records:
            raise UnmadeError("the rows that its rules are about come from an earlier step")
        added: dict[str, Sequence[Record]] = {}
        for name, good in records.items():
            bad = list(self._stage.script.invalid.get(name, ()))[:wanted]
            if not bad:
                raise UnmadeError("none of the records that were made breaks a rule")
            middle = len(good) // 2
            added[name] = [*good[:middle], *bad, *good[middle:]]
        return added

    def _invalid(self) -> int:
        records = self._stage.script.records
        return sum(len(self._records[name]) - len(records[name]) for name in records)

    def _demand(self, expected: Contents) -> None:
        """Refuse a scenario for which there are too few rows."""
        size = max(step.batch_size for step in self._plan.steps)
        several = max((act.workers for act in self._scenario.acts), default=1)
        if several > 1 and expected.done <= size:
            raise UnmadeError("all of its rows are in one batch")
        limit = self._scenario.settings.get("max_records")
        if limit is not None and expected.done <= int(limit):
            raise UnmadeError(f"it is about {expected.done} rows, too few to exceed a limit")

    def _gate(self, expected: Contents) -> int:
        size = max(step.batch_size for step in self._plan.steps)
        return min(_BATCHES_BEFORE_GATE * size, expected.done // 2)

    def _done_alone(self, counts: Sequence[int]) -> int:
        """Return how much is done in steps of one batch before the first step that can be shared."""
        done = 0
        for step, count in zip(self._plan.steps, counts, strict=True):
            if step.source.kind != "once" and count > step.batch_size:
                break
            done += 1 if step.source.kind == "once" else 0 if step.operation_type == "select" else count
        return done

    def _refused_rows(self, expected: Contents) -> list[Mapping[str, Any]]:
        count = int(self._given.get("refused_rows", 0))
        if count == 0:
            return []
        contents: list[Mapping[str, Any]] = [json.loads(key) for key in expected.order]
        if any(step.source.kind == "target" for step in self._plan.steps):
            # In batches, rows of the table come in the order of their keys, whatever one statement does.
            contents.sort(key=lambda key: [_sortable(value) for value in key.values()])
        if not contents:
            contents = self._new_rows(expected)
        if len(contents) < count:
            raise UnmadeError("there are too few rows of which one could be told from the others")
        middle = len(contents) // 2
        return contents[middle : middle + count] if middle + count <= len(contents) else contents[:count]

    def _new_rows(self, expected: Contents) -> list[Mapping[str, Any]]:
        """Return the contents by which new rows are recognised: what is told by the operation."""
        stage = self._stage
        later = {a.column for s in self._plan.steps for a in s.assignments if s.operation_type == "update"}
        ignored = stage.volatile | stage.new_columns | later
        rows = [
            {name: value for name, value in row.items() if name not in ignored and value is not None}
            for key, row in expected.rows.items()
            if key not in stage.before.rows
        ]
        return [row for row in rows if row and sum(_contains(other, row) for other in rows) == 1]

    def _break_precondition(self) -> None:
        """Make one of the preconditions not hold."""
        stage = self._stage
        queries = precondition_queries(stage.oracle())
        stage.watch.answer(False)
        if any(stage.database.value(query) is not True for _, query in queries):
            return
        stage.watch.answer(True)
        self._stage = stage.emptied()
        if any(stage.database.value(query) is not True for _, query in queries):
            return
        raise UnmadeError("no data was found for which a precondition does not hold")


def _shortened(found: list[str]) -> list[str]:
    if len(found) <= _MOST_PROBLEMS:
        return found
    return [*found[:_MOST_PROBLEMS], f"and {len(found) - _MOST_PROBLEMS} more like these"]


def _contains(row: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    return all(row.get(name) == value for name, value in content.items())


def _sortable(value: Any) -> tuple[bool, float, str]:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (not is_number, float(value) if is_number else 0.0, str(value))
