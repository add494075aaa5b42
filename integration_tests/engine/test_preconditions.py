"""Preconditions: held against the database before anything is written, each that fails named."""

import pytest

from support.engine import ledger
from support.tables.claims import create_claims, states


@pytest.fixture
def claims(database):
    create_claims(database, 20)
    database.execute(
        """
        update claim set state = 'approved' where id <= 5;
        create table permission (granted boolean);
        insert into permission values (true);
        create function may_reopen(day date) returns boolean language sql as 'select granted from permission';
        """
    )
    return database


def refused(engine, claims, **arguments):
    """Return what is said when the operation is refused; checks that nothing at all was written."""
    before = (states(claims), ledger.contents(claims))
    said = engine.refusal("reopen_claims", arguments)
    assert "reopen_claims was not started; nothing was changed: these preconditions do not hold:" in said
    assert (states(claims), ledger.contents(claims)) == before
    return said


def test_a_run_starts_when_all_hold(engine, claims):
    engine.complete("reopen_claims", {"at_least": 5})
    assert states(claims) == {"open": 20}


def test_an_aggregate_is_evaluated_over_the_target(engine, claims):
    said = refused(engine, claims, at_least=6)
    assert "- COUNT(*) FILTER (WHERE state = 'approved') >= :at_least" in said
    assert "may_reopen" not in said


def test_a_call_is_evaluated_by_itself(engine, claims):
    claims.execute("update permission set granted = false")
    said = refused(engine, claims, at_least=5)
    assert "- may_reopen(CURRENT_DATE)" in said
    assert "COUNT" not in said


def test_every_one_that_fails_is_named(engine, claims):
    claims.execute("update permission set granted = false")
    said = refused(engine, claims, at_least=6)
    assert "- COUNT" in said
    assert "- may_reopen" in said


def test_null_does_not_hold(engine, claims):
    claims.execute("update permission set granted = null")
    assert "- may_reopen" in refused(engine, claims, at_least=5)
