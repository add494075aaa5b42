"""The rows of the results, in their order."""

from benchmarks import (
    changes,
    engines,
    errors,
    imports,
    monitoring,
    neighbours,
    parallel,
    processes,
    scale,
    shards,
)
from benchmarks.measurement import Case
from benchmarks.tables import ACCOUNT, ACCOUNT_BY_UUID, account_by_tenant

CASES = (
    Case(
        "update-bigint",
        "update {rows} rows, bigint key, batch 1000 / one UPDATE",
        1.05,
        changes.against_one_update(ACCOUNT, "add_credit"),
    ),
    Case(
        "update-composite-5",
        "same, key (bigint, uuid) with 5 leading values / one UPDATE",
        1.3,
        changes.against_one_update(account_by_tenant(5), "add_credit_by_tenant"),
    ),
    Case(
        "update-composite-1000",
        "same, key (bigint, uuid) with 1000 leading values / one UPDATE",
        1.3,
        changes.against_one_update(account_by_tenant(1000), "add_credit_by_tenant"),
    ),
    Case(
        "update-uuid",
        "same, random uuid key / one UPDATE",
        1.3,
        changes.against_one_update(ACCOUNT_BY_UUID, "add_credit_by_uuid"),
    ),
    Case(
        "update-batch-100",
        "update {rows} rows, bigint key, batch 100 / one UPDATE",
        1.5,
        changes.against_one_update(ACCOUNT, "add_credit_by_100"),
    ),
    Case(
        "hand-written-loop",
        "update {tenth} rows, batch 100 / a hand-written Jinja loop that commits each batch",
        0.1,
        changes.against_hand_written_loop,
    ),
    Case(
        "delete-half",
        "delete half of {rows} rows, bigint key, batch 1000 / one DELETE",
        None,
        changes.against_one_delete,
    ),
    Case(
        "bad-rows",
        "update {rows} rows, 1 % of them bad and set aside / none bad",
        3.0,
        errors.one_percent_bad,
    ),
    Case(
        "insert-csv",
        "insert {rows} CSV rows, all validated / `\\copy`, then one INSERT ... SELECT",
        1.3,
        imports.insert,
    ),
    Case(
        "upsert-csv",
        "upsert {rows} staged CSV rows, half of them present / one INSERT ... ON CONFLICT",
        None,
        imports.upsert,
    ),
    Case(
        "ten-times-the-rows",
        "update {tenfold} narrow rows / {rows}, time per row",
        1.05,
        scale.time_per_row,
        unit="µs",
        most_rounds=3,
    ),
    Case(
        "old-transaction",
        "last tenth of {rows} rows / first tenth, per batch of 100, one old transaction open all along",
        1.2,
        scale.last_tenth,
        unit="ms",
    ),
    Case(
        "neighbours",
        "pgbench changing single rows beside an update of {rows} rows / alone, per transaction",
        None,
        neighbours.transactions,
        unit="ms",
    ),
    Case(
        "nothing-to-do",
        "`dbt run-operation` of an operation with nothing to do / an empty macro",
        1.1,
        processes.nothing_to_do,
    ),
    Case("generate", "generate 200 operations", 2.0, processes.generate, is_ratio=False),
    Case(
        "client-memory",
        "peak memory of dbt, {rows} rows / {hundredth} rows",
        1.1,
        scale.client_memory,
        unit="MB",
    ),
    Case(
        "refresh-models",
        "refresh of the models, 1,000 new batches, {rows} in the ledger / 10,000: time of all SQL",
        1.1,
        monitoring.last_thousand,
        most_rounds=3,
    ),
    Case(
        "refresh-live-run",
        "same, 1,000 new batches of one live run that has {rows}: time of all SQL",
        None,
        monitoring.live_run,
        is_ratio=False,
        most_rounds=3,
    ),
    *parallel.cases(),
    *shards.cases(),
    *engines.cases(),
)
"""All cases; names are what one types."""
