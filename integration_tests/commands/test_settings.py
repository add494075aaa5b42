"""Settings of a project (`vars:`) and of a database under which a run works."""

import pytest

from support.tables.items import create_items, touched

CLAIM_TIMEOUT = "select claim_timeout::text from batch_ops.runs"


@pytest.mark.parametrize(
    ("variables", "claim_timeout"),
    [("{}", "00:00:30"), ("{batch_ops_claim_timeout_seconds: 2, batch_ops_slice_seconds: 0.5}", "00:00:02")],
)
def test_the_claim_timeout_is_that_of_the_project(dbt, database, variables, claim_timeout):
    create_items(database, 10)
    dbt.run("run-operation", "touch_items_by_7", "--vars", variables)
    assert database.value(CLAIM_TIMEOUT) == claim_timeout


def test_a_run_goes_to_its_end_where_transactions_are_serializable_by_default(dbt, database):
    create_items(database, 50)
    database.execute("alter database test set default_transaction_isolation = 'serializable'")
    dbt.run_operation("touch_items_by_7")
    assert touched(database) == {1: 50}
