"""Scenarios: what is tried, what is made for it, and how what came out is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from dbt_batch_ops.plan.catalogue import scenarios
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.scenarios import ACTS, EXPECTATIONS, HEADINGS, Scenario
from dbt_batch_ops.render.definition import definition
from dbt_batch_ops.scenarios.checks import CHECKS
from dbt_batch_ops.scenarios.contents import Contents, differences, excess, volatile_columns
from dbt_batch_ops.scenarios.functions import redirected
from dbt_batch_ops.scenarios.own import ScenarioFileError, read_own
from dbt_batch_ops.scenarios.troupe import grouped
from dbt_batch_ops.scenarios.values import Kind, made
from dbt_batch_ops.scenarios.variants import on_scratch_table, variant
from dbt_batch_ops.sql.fragments import Text

KINDS = {
    "update": "operation_type: update\nupdate_data: {status: x}\nwhere_condition: credits > 1",
    "delete": "operation_type: delete\nwhere_condition: credits > 1",
    "select": "operation_type: select\nselect_fields: [id, email]",
    "insert": "operation_type: insert\ninsert_data: {email: :user.email}\ndata_source: :users\n"
    "validation_rules: ['email IS NOT NULL']",
    "upsert": "operation_type: upsert\nupsert_data: {email: :user.email, status: :user.status}\n"
    "conflict_target: email\ndata_source: :users\nvalidation_rules: ['email IS NOT NULL']\n"
    "skip_invalid_rows: true",
    "csv": "data_source: csv_file\nfield_mapping: {email: E-mail}",
    "function": "operation_type: custom_function\nfunction: notify\ninput: :ids\nparameters: {ids: 'uuid[]'}",
    "once": "operation_type: custom_function\nfunction: notify",
    "continue": "operation_type: delete\nwhere_condition: credits > 1\n"
    "error_handling: continue_on_error\nmax_errors: 3",
    "rollback": "operation_type: delete\nwhere_condition: credits > 1\nerror_handling: rollback_on_any_error",
    "checked": "preconditions: ['COUNT(*) > 0']\noperation_type: delete\nwhere_condition: credits > 1",
    "limited": "operation_type: delete\nwhere_condition: credits > 1\nmax_records: 5\non_limit: stop",
    "steps": "steps:\n"
    "  - {name: find, operation_type: select, select_fields: [id], where_condition: credits > 1}\n"
    "  - {name: drop, operation_type: delete, where_condition: 'id = ANY(:find)'}",
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def of_kind(plan: Callable[[str], OperationPlan], user: Callable[[str], str], kind: str) -> OperationPlan:
    body = KINDS[kind]
    if kind == "steps":
        body = body.replace("select_fields: [id], where", "select_fields: [id], output: find, where")
    return plan(user(body))


def test_every_kind_of_operation_has_scenarios_under_all_six_headings(
    kind: str, plan: Callable[[str], OperationPlan], user: Callable[[str], str]
) -> None:
    found = scenarios(of_kind(plan, user, kind))
    assert list(dict.fromkeys(scenario.heading for scenario in found)) == list(HEADINGS)
    assert len({scenario.name for scenario in found}) == len(found)
    for scenario in found:
        assert scenario.skipped or any(act.expect for act in scenario.acts)
        for act in scenario.acts:
            assert act.do in ACTS
            assert set(act.expect) <= EXPECTATIONS.keys()


def test_every_expectation_is_checked() -> None:
    assert CHECKS.keys() == EXPECTATIONS.keys()


def test_error_handling_decides_what_is_expected_of_a_row_that_fails(
    plan: Callable[[str], OperationPlan], user: Callable[[str], str]
) -> None:
    def after_the_run(kind: str) -> tuple[str, ...]:
        found = scenarios(of_kind(plan, user, kind))
        return next(s for s in found if s.given == {"refused_rows": 1}).acts[0].expect

    assert "some_rows_once" in after_the_run("update")
    assert "all_but_refused_rows" in after_the_run("continue")
    assert "nothing_changed" in after_the_run("rollback")


def test_scenarios_that_do_the_same_are_done_once(
    plan: Callable[[str], OperationPlan], user: Callable[[str], str]
) -> None:
    found = scenarios(of_kind(plan, user, "update"))
    groups = grouped(found)
    assert sorted(len(group) for group in groups)[-2:] == [1, 3]
    assert sum(len(group) for group in groups) == len(found)


def test_a_variant_is_the_operation_in_small_batches_on_the_scratch_table(
    plan: Callable[[str], OperationPlan], user: Callable[[str], str]
) -> None:
    own = of_kind(plan, user, "limited")
    changed = variant(on_scratch_table(own, "batch_ops_test_0"), {"timeout_seconds": 3})
    assert changed.target.names == ("batch_ops_test_0", "user")
    assert (changed.batch_size, changed.steps[0].batch_size, changed.timeout_seconds) == (5, 5, 3)
    assert changed.name == "change_users__with_timeout_seconds_3"
    assert 'schema="batch_ops_test_0"' in definition(changed)
    assert variant(own, {}).name == own.name


@pytest.mark.parametrize(
    "name",
    [
        *("text", "integer", "bigint", "numeric", "real", "double precision", "uuid", "date", "interval"),
        *("timestamp without time zone", "timestamp with time zone", "json", "jsonb", "bytea", "inet"),
        *("cidr", "macaddr", "money", "xml", "time without time zone"),
    ],
)
def test_different_numbers_make_different_values(name: str) -> None:
    values = [made(Kind(name), number) for number in range(1, 240)]
    assert None not in values
    assert len(set(values)) == len(values)


def test_values_fit_the_length_of_their_column() -> None:
    assert all(len(made(Kind("character varying", 3), number) or "") <= 3 for number in range(1, 999))
    assert len({made(Kind("character varying", 3), number) for number in range(1, 999)}) == 998
    assert all(float(made(Kind("numeric", 4, 2), number) or "") < 100 for number in range(1, 999))
    assert made(Kind("mood", labels=("sad", "glad")), 3) == "glad"
    assert made(Kind("mystery"), 3) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("may(1)", '"s"."may"(1)'),
        ("app . may (1) and other(2)", '"s"."may" (1) and other(2)'),
        ("'may(1)' = $$may(2)$$ -- may(3)\n", "'may(1)' = $$may(2)$$ -- may(3)\n"),
        ("credits::may(3)", "credits::may(3)"),
        ('"May"(1) = MAY(2)', '"May"(1) = "s"."may"(2)'),
        ("mayor(1) or may", "mayor(1) or may"),
    ],
)
def test_only_calls_of_the_users_functions_are_redirected(
    sql: str, expected: str, plan: Callable[[str], OperationPlan], user: Callable[[str], str]
) -> None:
    from dataclasses import replace

    own = of_kind(plan, user, "update")
    step = own.steps[0]
    assert step.condition is not None
    written = replace(step, condition=replace(step.condition, fragments=(Text(sql),)))
    names = frozenset({("may",), ("app", "may")})
    changed = redirected(replace(own, steps=(written,)), names, "s").steps[0].condition
    assert changed is not None
    assert changed.fragments == (Text(expected),)


BEFORE = Contents({'{"id": 1}': {"id": 1, "n": 0, "at": "t0"}, '{"id": 2}': {"id": 2, "n": 0, "at": "t0"}})
AFTER = Contents(
    {'{"id": 1}': {"id": 1, "n": 1, "at": "t1"}, '{"id": 2}': BEFORE.rows['{"id": 2}']},
    Counter({("update", '{"id": 1}'): 1}),
)
VOLATILE = frozenset({"at"})


def changed(key: int, count: int = 1, **values: object) -> Contents:
    """AFTER with another row, or with another number of changes."""
    name = f'{{"id": {key}}}'
    rows = {**AFTER.rows, name: {**AFTER.rows[name], **values}}
    return Contents(rows, Counter({**AFTER.changes, ("update", name): count}))


def test_what_came_out_as_expected_has_no_differences() -> None:
    assert differences(BEFORE, AFTER, changed(1, at="t2"), VOLATILE, frozenset()) == []


@pytest.mark.parametrize(
    ("actual", "found"),
    [
        (BEFORE, 'row {"id": 1} (update) was changed never, not once'),
        (changed(1, count=2), 'row {"id": 1} (update) was changed twice, not once'),
        (changed(1, n=2), 'row {"id": 1}: n is 2, not 1'),
        (changed(1, at="t0"), "row {\"id\": 1}: at is 't0', not changed"),
        (changed(2, n=1), 'row {"id": 2}: n is 1, not 0'),
        (changed(2), 'row {"id": 2} (update) was changed once, not never'),
        (Contents({}, AFTER.changes), "is not there, not"),
        (Contents({**AFTER.rows, "k": {"id": 3}}, AFTER.changes), "1 new rows are there that should not be"),
    ],
)
def test_what_is_otherwise_is_found(actual: Contents, found: str) -> None:
    assert any(found in line for line in differences(BEFORE, AFTER, actual, VOLATILE, frozenset()))


def test_a_part_of_the_work_is_as_before_or_as_expected_and_nothing_twice() -> None:
    assert excess(BEFORE, AFTER, BEFORE, VOLATILE, frozenset()) == []
    assert excess(BEFORE, AFTER, AFTER, VOLATILE, frozenset()) == []
    for wrong in (changed(1, count=2), changed(1, n=2), changed(2), changed(2, n=1, count=0)):
        assert excess(BEFORE, AFTER, wrong, VOLATILE, frozenset()) != []


def test_columns_that_differ_from_one_time_to_the_other_are_volatile() -> None:
    assert volatile_columns(AFTER, changed(1, at="t2")) == {"at"}
    new = {**AFTER.rows, "k": {"id": 3, "n": 7, "at": "t1"}}
    other = {**AFTER.rows, "l": {"id": 4, "n": 7, "at": "t1"}}
    assert volatile_columns(Contents(new), Contents(other)) == {"id"}


def own(folder: Path, text: str) -> list[Scenario]:
    (folder / "mine.yml").write_text(text)
    return read_own(folder, ["change_users"])["change_users"].scenarios


def test_people_write_scenarios_of_their_own(tmp_path: Path) -> None:
    (found,) = own(
        tmp_path,
        """
operation: change_users
scenarios:
  - scenario: twice is once
    heading: Data consistency
    settings: {batch_size: 2}
    acts:
      - {do: run, workers: 3, expect: [completed]}
      - {do: run, expect: [every_row_once]}
""",
    )
    assert (found.name, found.heading, dict(found.settings)) == (
        "twice is once",
        HEADINGS[4],
        {"batch_size": 2},
    )
    assert [(act.do, act.workers, act.expect) for act in found.acts] == [
        ("run", 3, ("completed",)),
        ("run", 1, ("every_row_once",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("operation: change_user", "there is no operation 'change_user'; did you mean 'change_users'?"),
        ("- a", "must be a mapping"),
        ("operation: change_users\nscenario: []", "unknown key 'scenario'; did you mean 'scenarios'?"),
        ("operation: change_users\nrows: {}", "'rows' must be a list"),
        ("operation: change_users\nscenarios: [{scenario: x}]", "scenario 1: missing 'acts'"),
        ("operation: change_users\nscenarios: [{acts: [{do: run}]}]", "missing 'scenario'"),
        (
            "operation: change_users\nscenarios: [{scenario: x, acts: [{do: ran}]}]",
            "scenario 1, act 1: unknown word 'ran'; did you mean 'run'?",
        ),
        (
            "operation: change_users\nscenarios: [{scenario: x, acts: [{do: run, expect: [complete]}]}]",
            "unknown word 'complete'; did you mean 'completed'?",
        ),
        (
            "operation: change_users\nscenarios: [{scenario: x, heading: Speed, acts: [{do: run}]}]",
            "unknown word 'Speed'; known are Batch processing",
        ),
        ("operation: [", "mine.yml: "),
    ],
)
def test_a_mistake_in_a_file_of_scenarios_is_told(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ScenarioFileError) as raised:
        own(tmp_path, text)
    assert message in str(raised.value)


def test_every_word_of_scenarios_is_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "testing.md").read_text(encoding="utf-8")
    assert [word for word in (*ACTS, *EXPECTATIONS, *HEADINGS) if word not in text] == []
