"""``redact``: personal data stays out of recorded rows, messages, and a closed run's parameters."""

import pytest

from support.tables.people import create_people, tell_addresses

ERRORS = """
select row_key, source_row, sqlstate, error_message, error_detail, constraint_name
from batch_ops.errors order by error_id
"""


@pytest.fixture
def people(database):
    create_people(database)
    return database


def test_a_failed_row_is_recorded_without_the_secret_column_and_without_quoting_it(engine, people):
    engine.complete("move_people", {"city": "Atlantis", "pattern": "%@example.com"})
    (error,) = people.rows(ERRORS)
    assert error == (
        {"id": 3},
        {"id": 3, "city": "Bern"},
        "23514",
        'new row for relation "person" violates check constraint "person_check"',
        None,
        "person_check",
    )


def test_an_imported_row_is_recorded_without_the_secret_field_and_those_that_nobody_mentions(engine, people):
    rows = [
        {"id": 6, "email": "person6@example.com", "city": "Basel", "phone": "555 0106"},
        {"id": 7, "email": "person5@example.com", "city": "Basel", "phone": "555 0107"},
    ]
    engine.complete("import_people", {"people": rows})
    (error,) = people.rows(ERRORS)
    assert error[1] == {"id": 7, "city": "Basel"}
    assert error[2:4] == ("23505", 'duplicate key value violates unique constraint "person_email_key"')
    assert people.value("select count(*) from person") == 6


def test_a_message_that_may_quote_a_value_is_withheld(engine, people):
    tell_addresses(people)
    summary = engine.complete("move_people", {"city": "Basel", "pattern": "%@example.com"})
    (error,) = people.rows(ERRORS)
    assert error[2:4] == ("P0001", "the message is withheld, because it may quote redacted columns")
    assert "you stay" not in str(summary) + str(people.rows("select error_message from batch_ops.batches"))


def test_a_parameter_that_meets_a_secret_column_is_gone_when_the_run_is_closed(engine, people):
    engine.complete("move_people", {"city": "Basel", "pattern": "person1@%"})
    stored = people.value("select parameters from batch_ops.runs")
    assert stored["city"] == "Basel"
    assert set(stored["pattern"]) == {"staged", "digest"}
    assert "person1" not in str(stored)


def test_a_parameter_stays_while_failed_rows_can_be_tried_again_and_goes_after_that(engine, people):
    run = engine.complete("move_people", {"city": "Atlantis", "pattern": "person%"})["operation_id"]
    assert people.value("select parameters ->> 'pattern' from batch_ops.runs") == "person%"
    people.execute("alter table person drop constraint person_check")
    assert engine.retry_failed(run)["status"] == "completed"
    assert people.value("select count(*) from person where city = 'Atlantis'") == 5
    assert "person%" not in str(people.value("select parameters from batch_ops.runs"))
