"""Which names are outputs of earlier steps, and which are parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.plan.sources import OutputSource

SELECT = {"name": "choose", "operation_type": "select", "select_fields": ["id", "email"]}
CALL = {"name": "ask", "operation_type": "custom_function", "function": "ask"}


def spec(*steps: dict[str, Any], entity: str = "user", **keys: Any) -> str:
    fields = {"id": "uuid", "email": "text", "user_id": "integer", "updated_at": "timestamptz"}
    operation = {"name": "batch_operations", "operation": "x", "steps": list(steps), **keys}
    return yaml.safe_dump({"name": entity, "fields": fields, "patterns": [operation]}, sort_keys=False)


def delete(condition: str) -> dict[str, Any]:
    return {"name": "drop", "operation_type": "delete", "where_condition": condition}


@pytest.mark.parametrize(
    ("name", "field"),
    [("user_ids", "id"), ("validated_user_ids", "id"), ("stale_emails_ids", None), ("superuser_ids", None)],
)
def test_a_list_is_an_output_when_its_stem_names_a_column_or_the_entity(
    name: str, field: str | None, plan: Callable[[str], OperationPlan]
) -> None:
    made = plan(spec(SELECT, delete(f"id = ANY(:{name})")))
    assert [output.field for output in made.steps[1].outputs] == ([field] if field else [])
    assert [parameter.name for parameter in made.parameters] == ([] if field else [name])
    assert made.steps[0].has_output == (field is not None)
    assert made.steps[1].lists == ((name, "id"),)


def test_a_column_and_the_key_that_both_fit_are_ambiguous(diagnose: Callable[[str], list[str]]) -> None:
    choose = {**SELECT, "select_fields": ["id", "user_id"]}
    (message,) = diagnose(spec(choose, delete("id = ANY(:old_user_ids)")))
    assert "may be the output of several steps ('choose.user_id', 'choose.id')" in message


def test_a_known_column_wins_over_a_function_that_may_have_it(plan: Callable[[str], OperationPlan]) -> None:
    made = plan(spec(CALL, SELECT, delete("id = ANY(:chosen_user_ids)")))
    assert [(output.step, output.field) for output in made.steps[2].outputs] == [("choose", "id")]


def test_two_functions_that_may_have_it_are_ambiguous(diagnose: Callable[[str], list[str]]) -> None:
    insert = {"name": "add", "operation_type": "insert", "insert_data": {"email": ":found.email"}}
    (message,) = diagnose(spec(CALL, {**CALL, "name": "ask_again"}, insert))
    assert "':found' may be the rows of several steps ('ask', 'ask_again')" in message
    assert message.endswith("; write 'output: found' in the one that is meant")


def test_an_output_is_what_it_was_first_taken_for(plan: Callable[[str], OperationPlan]) -> None:
    again = {**CALL, "input": ":new_user_ids"}
    insert = {"name": "add", "operation_type": "insert", "insert_data": {"email": "x"}}
    made = plan(spec(insert, {**again, "name": "one"}, SELECT, {**again, "name": "two"}))
    assert [step.source for step in made.steps if step.operation_type == "custom_function"] == [
        OutputSource("add", "new_user_ids", "id")
    ] * 2


def test_what_a_name_is_taken_for_is_said_once_and_how_to_say_it(
    diagnose: Callable[[str], list[str]],
) -> None:
    steps = [
        SELECT,
        delete("id = ANY(:old_user_ids)"),
        {**delete("id = ANY(:old_user_ids)"), "name": "again"},
    ]
    (note,) = diagnose(spec(*steps))
    assert note.endswith(
        "note: ':old_user_ids' is taken for the column 'id' of the step 'choose'; "
        "write 'output: old_user_ids' in that step to say so"
    )
    named = [{**SELECT, "output": "old_user_ids"}, *steps[1:]]
    assert diagnose(spec(*named)) == []


def test_a_field_of_known_rows_has_the_type_of_its_column(plan: Callable[[str], OperationPlan]) -> None:
    call = {**CALL, "input": {"who": ":them.email", "id": {"sql": "f(:them.user_id)"}}}
    choose = {**SELECT, "select_fields": ["email", "user_id"], "output": "them"}
    fields = plan(spec(choose, call)).steps[1].fields
    assert [(field.name, field.type, field.column) for field in fields] == [
        ("email", "text", "email"),
        ("user_id", "integer", "user_id"),
    ]


def test_an_output_of_a_step_that_runs_later_is_no_output(plan: Callable[[str], OperationPlan]) -> None:
    made = plan(spec({**delete("id = ANY(:user_ids)"), "name": "first"}, SELECT))
    assert [parameter.name for parameter in made.parameters] == ["user_ids"]


def test_the_graph_decides_what_is_earlier(plan: Callable[[str], OperationPlan]) -> None:
    early = {**SELECT, "name": "early"}
    late = {**delete("id = ANY(:user_ids)"), "name": "late", "depends_on": "last"}
    made = plan(spec(early, late, {**CALL, "name": "last", "depends_on": "early"}))
    assert [step.name for step in made.steps] == ["early", "last", "late"]
    assert made.steps[2].outputs[0].step == "early"


def test_arguments_are_in_the_order_of_the_file_whatever_the_graph_is(
    plan: Callable[[str], OperationPlan],
) -> None:
    first = {**delete("email = :one"), "name": "first", "depends_on": "second"}
    second = {**delete("email = :two"), "name": "second", "depends_on": "third"}
    third = {**delete("email = :three"), "name": "third", "depends_on": "start"}
    made = plan(spec({**CALL, "name": "start"}, first, second, third))
    assert [step.name for step in made.steps] == ["start", "third", "second", "first"]
    assert [parameter.name for parameter in made.parameters] == ["one", "two", "three"]
