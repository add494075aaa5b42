"""``redact``: personal data stays out of recorded rows, messages, and a closed run's parameters."""

import pytest

SPEC = """
name: person
fields: {id: bigint, email: text, city: text}
patterns:
  - name: batch_operations
    operation: move_people
    operation_type: update
    update_data: {city: :city}
    where_condition: "email LIKE :pattern"
    redact: [email]
    error_handling: continue_on_error
  - name: batch_operations
    operation: import_people
    operation_type: insert
    data_source: :people
    insert_data: {id: :person.id, email: :person.email, city: :person.city}
    redact: [email]
    error_handling: continue_on_error
"""
TABLE = """
create table person (
    id bigint primary key, email text unique, city text check (city <> 'Atlantis' or id <> 3)
);
insert into person select n, 'person' || n || '@example.com', 'Bern' from generate_series(1, 5) as n;
"""
ERRORS = """
select row_key, source_row, sqlstate, error_message, error_detail, constraint_name
from batch_ops.errors order by error_id
"""


@pytest.fixture
def people(project, database):
    """A table of people, and operations that keep their addresses secret."""
    project.write("batch_operations/person.yml", SPEC)
    project.generate()
    database.execute(TABLE)
    return database


def test_a_failed_row_is_recorded_without_the_secret_column_and_without_quoting_it(dbt, people):
    said = dbt.run_operation("move_people", {"city": "Atlantis", "pattern": "%@example.com"}).output
    (error,) = people.rows(ERRORS)
    assert error == (
        {"id": 3},
        {"id": 3, "city": "Bern"},
        "23514",
        'new row for relation "person" violates check constraint "person_check"',
        None,
        "person_check",
    )
    assert "person3@" not in said


def test_an_imported_row_is_recorded_without_the_secret_field_and_those_that_nobody_mentions(dbt, people):
    rows = [
        {"id": 6, "email": "person6@example.com", "city": "Basel", "phone": "555 0106"},
        {"id": 7, "email": "person5@example.com", "city": "Basel", "phone": "555 0107"},
    ]
    dbt.run_operation("import_people", {"people": rows})
    (error,) = people.rows(ERRORS)
    assert error[1] == {"id": 7, "city": "Basel"}
    assert error[2:4] == ("23505", 'duplicate key value violates unique constraint "person_email_key"')
    assert people.value("select count(*) from person") == 6


def test_a_message_that_may_quote_a_value_is_withheld(dbt, people):
    people.execute(
        """
        create function tell() returns trigger language plpgsql as $$
        begin raise exception 'no, %, you stay', new.email; end $$;
        create trigger tell before update on person for each row when (old.id = 2) execute function tell();
        """
    )
    said = dbt.run_operation("move_people", {"city": "Basel", "pattern": "%@example.com"}).output
    (error,) = people.rows(ERRORS)
    assert error[2:4] == ("P0001", "the message is withheld, because it may quote redacted columns")
    assert "you stay" not in said + str(people.rows("select error_message from batch_ops.batches"))


def test_a_parameter_that_meets_a_secret_column_is_gone_when_the_run_is_closed(dbt, people):
    dbt.run_operation("move_people", {"city": "Basel", "pattern": "person1@%"})
    stored = people.value("select parameters from batch_ops.runs")
    assert stored["city"] == "Basel"
    assert set(stored["pattern"]) == {"staged", "digest"}
    assert "person1" not in str(stored)


def test_a_parameter_that_a_run_still_needs_is_shown_to_nobody(dbt, people):
    dbt.run_operation("move_people", {"city": "Atlantis", "pattern": "person%"})
    dbt.run("run", "--select", "batch_operations")
    shown = people.row(
        """
        select run_overview.parameters, batch_operations.parameters
        from batch_ops.run_overview cross join batch_operations
        """
    )
    assert [(one["city"], set(one["pattern"])) for one in shown] == [("Atlantis", {"staged", "digest"})] * 2


def test_a_parameter_stays_while_failed_rows_can_be_tried_again_and_goes_after_that(dbt, people):
    dbt.run_operation("move_people", {"city": "Atlantis", "pattern": "person%"})
    assert people.value("select parameters ->> 'pattern' from batch_ops.runs") == "person%"
    people.execute("alter table person drop constraint person_check")
    run = people.value("select operation_id::text from batch_ops.runs")
    dbt.run_operation("dbt_batch_ops.retry_failed", {"operation_id": run})
    assert people.value("select count(*) from person where city = 'Atlantis'") == 5
    assert "person%" not in str(people.value("select parameters from batch_ops.runs"))
