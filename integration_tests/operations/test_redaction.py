"""``redact``: personal data stays out of what is said, and out of what views and models show.

What the ledger keeps of it is in ``engine/test_redaction.py``.
"""

import pytest

from support.tables.people import create_people, tell_addresses


@pytest.fixture
def people(database):
    create_people(database)
    return database


def test_a_failed_row_is_told_without_the_secret_column(dbt, people):
    said = dbt.run_operation("move_people", {"city": "Atlantis", "pattern": "%@example.com"}).output
    assert 'violates check constraint "person_check"' in said
    assert "person3@" not in said


def test_a_message_that_may_quote_a_value_is_not_told(dbt, people):
    tell_addresses(people)
    said = dbt.run_operation("move_people", {"city": "Basel", "pattern": "%@example.com"}).output
    assert "the message is withheld, because it may quote redacted columns" in said
    assert "you stay" not in said


def test_a_parameter_that_a_run_still_needs_is_shown_to_nobody(dbt, engine, people):
    engine.complete("move_people", {"city": "Atlantis", "pattern": "person%"})
    dbt.run("run", "--select", "batch_operations")
    shown = people.row(
        """
        select run_overview.parameters, batch_operations.parameters
        from batch_ops.run_overview cross join batch_operations
        """
    )
    assert [(one["city"], set(one["pattern"])) for one in shown] == [("Atlantis", {"staged", "digest"})] * 2
