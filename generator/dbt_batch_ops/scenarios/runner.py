"""Runs the scenarios of several operations, one operation after another."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.dbt_host.launcher import open_launcher
from dbt_batch_ops.dbt_host.operations import Operations
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import Scenario
from dbt_batch_ops.scenarios.database import Connect, Database, RefusedError
from dbt_batch_ops.scenarios.functions import Name, redirected, users_functions
from dbt_batch_ops.scenarios.outcome import Outcome, Verdict
from dbt_batch_ops.scenarios.own import Own
from dbt_batch_ops.scenarios.project import write_project
from dbt_batch_ops.scenarios.scratch import drop_leftovers, new_name, scratch_schema
from dbt_batch_ops.scenarios.stage import Stage, set_up
from dbt_batch_ops.scenarios.table import UnmadeError
from dbt_batch_ops.scenarios.troupe import grouped, outcome, perform
from dbt_batch_ops.scenarios.variants import on_scratch_table, variant


@dataclass(frozen=True)
class Trial:
    """An operation and what is tried with it.

    Attributes:
        plan: The operation as its spec says it.
        scenarios: The scenarios.
        own: Rows and arguments that the user has written.
    """

    plan: OperationPlan
    scenarios: Sequence[Scenario]
    own: Own = field(default_factory=Own)


@dataclass(frozen=True)
class Place:
    """Where scenarios run.

    Attributes:
        project: The user's dbt project.
        connect: Opens a connection to the database.
        dbt_arguments: What says which profile and target, for dbt.
        environment: Variables for dbt.
        profile: The profile that the user names in place of the project's.
        is_private: Whether it is a server of our own.
        real: Tells the real table of an operation.
    """

    project: Path
    connect: Connect
    dbt_arguments: Sequence[str]
    environment: Mapping[str, str]
    profile: str | None
    is_private: bool
    real: Callable[[Database, OperationPlan], tuple[str, str] | None]


@dataclass(frozen=True)
class _Prepared:
    trial: Trial
    plan: OperationPlan
    schema: str
    names: frozenset[Name]


def run_trials(
    trials: Sequence[Trial],
    place: Place,
    *,
    keep: bool,
    begins: Callable[[OperationPlan, Scenario | None], None],
    kept: Callable[[OperationPlan, str], None],
) -> Iterator[Outcome]:
    """Run scenarios; yield how each ended.

    Args:
        trials: The operations with their scenarios.
        place: Where.
        keep: Whether the scratch schemas stay.
        begins: Told what is next; without a scenario, the operation is set up.
        kept: Told the scratch schemas that stay.

    Raises:
        DatabaseError: There is no connection, dbt cannot work, or the role may not create schemas.
        DbtError: dbt cannot be started.
    """
    with (
        closing(place.connect()) as session,
        tempfile.TemporaryDirectory(prefix="dbt-batch-ops-test-") as name,
    ):
        database = Database(session)
        drop_leftovers(database)
        prepared = [_prepare(database, trial) for trial in trials]
        folder = Path(name)
        variants = [
            variant(one.plan, settings) for one in prepared for settings in _settings(one.trial.scenarios)
        ]
        write_project(folder, place.project, variants, profile=place.profile, is_private=place.is_private)
        arguments = ["--profiles-dir", str(folder)] if place.is_private else list(place.dbt_arguments)
        with open_launcher() as launcher:
            dbt = Operations(launcher, folder, arguments, place.environment)
            command = dbt.start("dbt_batch_ops.install", {})
            if command.wait() != 0:
                raise DatabaseError(f"the ledger could not be installed:\n{command.output}")
            for one in prepared:
                yield from _run(one, database, dbt, place, keep=keep, begins=begins, kept=kept)


def _prepare(database: Database, trial: Trial) -> _Prepared:
    schema = new_name()
    names = users_functions(database, trial.plan)
    return _Prepared(trial, redirected(on_scratch_table(trial.plan, schema), names, schema), schema, names)


def _settings(scenarios: Sequence[Scenario]) -> list[dict[str, object]]:
    """Return the settings of scenarios, each once."""
    found: list[dict[str, object]] = []
    for scenario in scenarios:
        settings = dict(scenario.settings)
        if scenario.skipped is None and settings not in found:
            found.append(settings)
    return found


def _run(
    one: _Prepared,
    database: Database,
    dbt: Operations,
    place: Place,
    *,
    keep: bool,
    begins: Callable[[OperationPlan, Scenario | None], None],
    kept: Callable[[OperationPlan, str], None],
) -> Iterator[Outcome]:
    plan, scenarios = one.trial.plan, one.trial.scenarios
    if all(scenario.skipped is not None for scenario in scenarios):
        for scenario in scenarios:
            yield outcome(plan, scenario, Verdict.SKIPPED, scenario.skipped or "")
        return
    begins(plan, None)
    try:
        with scratch_schema(database, one.schema, keep=keep) as scratch:
            if keep:
                kept(plan, one.schema)
            try:
                stage = set_up(
                    database,
                    on_scratch_table(plan, one.schema),
                    scratch.name,
                    place.real(database, plan),
                    scratch.gate,
                    one.names,
                    one.trial.own,
                )
            except UnmadeError as unmade:
                for scenario in scenarios:
                    yield outcome(plan, scenario, Verdict.SKIPPED, scenario.skipped or str(unmade))
                return
            yield from _in_order(scenarios, stage, dbt, place, begins)
    except RefusedError as refused:
        raise DatabaseError(f"a scratch schema cannot be used: {refused.message}") from refused


def _in_order(
    scenarios: Sequence[Scenario],
    stage: Stage,
    dbt: Operations,
    place: Place,
    begins: Callable[[OperationPlan, Scenario | None], None],
) -> Iterator[Outcome]:
    """Perform what several scenarios have in common once; yield the outcomes in the scenarios' order."""
    groups = {scenario.name: group for group in grouped(scenarios) for scenario in group}
    known: dict[str, Outcome] = {}
    for scenario in scenarios:
        if scenario.name not in known:
            begins(stage.plan, scenario)
            for one, ended in perform(stage, groups[scenario.name], dbt, place.connect):
                known[one.name] = ended
        yield known[scenario.name]
