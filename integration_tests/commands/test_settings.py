"""Settings of a project (`vars:`) that reach a run."""

import pytest

from support.tables.items import create_items

CLAIM_TIMEOUT = "select claim_timeout::text from batch_ops.runs"


@pytest.mark.parametrize(
    ("variables", "claim_timeout"),
    [("{}", "00:00:30"), ("{batch_ops_claim_timeout_seconds: 2, batch_ops_slice_seconds: 0.5}", "00:00:02")],
)
def test_the_claim_timeout_is_that_of_the_project(dbt, database, variables, claim_timeout):
    create_items(database, 10)
    dbt.run("run-operation", "touch_items_by_7", "--vars", variables)
    assert database.value(CLAIM_TIMEOUT) == claim_timeout
