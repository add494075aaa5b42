"""What ``redact`` hides: the named columns, and everything that has their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbt_batch_ops.plan.model import OperationPlan

IMPORT = "operation_type: insert\ndata_source: :rows\n"


def hidden(plan: OperationPlan) -> set[str]:
    """The parameters whose values are not shown."""
    return {parameter.name for parameter in plan.parameters if parameter.is_redacted}


def test_without_redact_nothing_is_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(user("operation_type: update\nupdate_data: {email: :email}"))
    assert made.redact == ()
    assert hidden(made) == set()


@pytest.mark.parametrize("written", ["email", "[email]"])
def test_a_column_is_hidden_written_alone_or_in_a_list(
    written: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(user(f"operation_type: delete\nwhere_condition: is_admin\nredact: {written}"))
    assert made.redact == ("email",)


@pytest.mark.parametrize(
    ("data", "redact", "names"),
    [
        ("{email: :row.mail}", "email", ("email", "mail")),
        ("{email: :row.mail, status: :row.state}", "email", ("email", "mail")),
        ('{email: {sql: "lower(cast(:row.mail as text))"}}', "email", ("email", "mail")),
        ("{email: :row.mail}", "mail", ("mail", "email")),
        ("{email: :row.mail, status: :row.mail}", "email", ("email", "mail", "status")),
        ('{status: {sql: "cast(:row.a as text) || cast(:row.b as text)"}}', "a", ("a", "status")),
        ("{email: :row.email}", "[status]", ("status",)),
    ],
)
def test_a_value_is_hidden_under_each_of_its_names(
    data: str,
    redact: str,
    names: tuple[str, ...],
    plan: Callable[[str], OperationPlan],
    user: Callable[..., str],
) -> None:
    assert plan(user(IMPORT + f"insert_data: {data}\nredact: {redact}")).redact == names


def test_a_column_of_a_file_is_hidden_by_its_name_and_by_where_it_goes(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = 'data_source: csv_file\nfield_mapping: {email: "E-Mail", status: csv_column_2}\n'
    assert plan(user(body + "redact: email")).redact == ("email", "E-Mail")
    assert plan(user(body + "redact: E-Mail")).redact == ("E-Mail", "email")
    assert plan(user(body + "redact: status")).redact == ("status", "csv_column_2")


def test_a_column_that_gets_the_value_of_a_hidden_one_is_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = 'operation_type: update\nupdate_data: {status: {sql: "email"}, credits: 5}\nredact: email'
    assert plan(user(body)).redact == ("email", "status")


@pytest.mark.parametrize(
    "condition",
    [
        "email = :p",
        "email = ANY(:p)",
        "email IN (:p)",
        "is_admin AND (credits > 5 OR lower(email) = lower(cast(:p as text)))",
        "email BETWEEN :p AND 'z'",
        "email LIKE :p",
        "NOT coalesce(email = :p, false)",
        '"email" ~ cast(:p as text)',
        "id IN (SELECT other.id FROM other WHERE other.email = cast(:p as text))",
        "CASE WHEN email IS NULL THEN is_admin ELSE status = :p END",
    ],
)
def test_a_parameter_that_meets_a_hidden_column_is_hidden(
    condition: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = f"operation_type: delete\nwhere_condition: >-\n  {condition}\n"
    assert hidden(plan(user(body + "redact: email"))) == {"p"}
    assert hidden(plan(user(body + "redact: created_on"))) == set()


def test_a_parameter_in_another_term_of_the_condition_is_shown(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: delete\nwhere_condition: email = :who AND status = :state OR credits < :least\n"
    assert hidden(plan(user(body + "redact: email"))) == {"who"}


@pytest.mark.parametrize(
    "data", ["{email: :p}", '{email: {sql: "lower(cast(:p as text))"}}', '{email: {sql: "cast(:p as text)"}}']
)
def test_a_parameter_that_is_written_to_a_hidden_column_is_hidden(
    data: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    assert hidden(plan(user(f"operation_type: update\nupdate_data: {data}\nredact: email"))) == {"p"}


def test_a_parameter_of_a_rule_or_a_precondition_about_a_hidden_column_is_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "insert_data: {email: :row.mail, status: :state}\nvalidation_rules: [email <> :never]\n"
    body += 'preconditions: ["count(*) FILTER (WHERE email = :owner) = 1", ":ticket <> \'\'"]\n'
    made = plan(user(IMPORT + body + "parameters: {ticket: text}\nredact: email"))
    assert hidden(made) == {"rows", "never", "owner"}


def test_records_with_a_hidden_field_are_hidden_and_others_are_shown(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = IMPORT + "insert_data: {email: :row.mail}\n"
    assert hidden(plan(user(body + "redact: mail"))) == {"rows"}
    assert hidden(plan(user(body + "redact: status"))) == set()


def test_records_that_a_function_is_given_as_they_are_may_have_any_field(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: custom_function\nfunction: f\ndata_source: :rows\ninput: :rows\n"
    assert hidden(plan(user(body + "redact: email"))) == {"rows"}


def test_an_argument_of_a_function_that_is_called_like_a_hidden_column_is_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: custom_function\nfunction: f\ninput: {email: :who, month: :month}\n"
    made = plan(user(body + "parameters: {who: text, month: date}\nredact: email"))
    assert hidden(made) == {"who"}


def test_an_argument_of_a_function_is_no_column_that_could_be_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    body = "operation_type: custom_function\nfunction: f\ndata_source: :rows\n"
    body += 'input: {sent_to: {sql: "cast(:row.mail as text)"}}\n'
    assert plan(user(body + "redact: mail")).redact == ("mail",)


def test_the_package_is_told_what_is_hidden(
    plan: Callable[[str], OperationPlan], user: Callable[..., str], call: Callable[..., Any]
) -> None:
    made = plan(user("operation_type: update\nupdate_data: {email: :new, status: :state}\nredact: email"))
    description = call(made, "change_users__definition", made.steps[0])["description"]
    assert description["redact"] == ["email"]
    assert description["parameters"] == {
        "new": {"type": "text", "column": "email", "redact": True},
        "state": {"type": "text", "column": "status"},
    }


def test_what_is_hidden_in_one_step_is_hidden_in_all(
    plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(
        user(
            "steps:\n"
            "  - {name: a, operation_type: insert, data_source: :rows, insert_data: {status: :row.mail}}\n"
            "  - {name: b, operation_type: delete, where_condition: status = :state}\n"
            "redact: mail"
        )
    )
    assert made.redact == ("mail", "status")
    assert hidden(made) == {"rows", "state"}


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("emial", "; did you mean 'email'?"),
        ("Status", "; did you mean 'status'?"),
        ("post_cod", "; did you mean 'post_code'?"),
        ("xyz", "; 'fields' has id, email, status, credits, is_admin, tags, settings, created_on, "),
    ],
)
def test_what_is_neither_a_column_nor_a_field_is_refused(
    name: str, advice: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(IMPORT + f"insert_data: {{status: :row.post_code}}\nredact: [email, {name}]"))
    assert f"unknown column '{name}'{advice}" in message
    assert message.startswith("spec.yml:18:21: ")


def test_the_fields_of_the_rows_are_named_where_no_spelling_is_near(
    diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(IMPORT + "insert_data: {status: :row.post_code}\nredact: xyz"))
    assert message.endswith("updated_at, and the fields of rows are post_code")


@pytest.mark.parametrize(
    "data", ['{email: {sql: "lower(cast(:row.mail as text)"}}', "[email]", "{email: {sql: 5, value: 6}}"]
)
def test_a_name_is_not_blamed_for_a_mistake_where_its_field_may_stand(
    data: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    messages = diagnose(user(IMPORT + f"insert_data: {data}\nredact: mail"))
    assert messages
    assert not any("'mail'" in message for message in messages)
