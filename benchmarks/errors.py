"""Bad rows: what setting them aside costs."""

from __future__ import annotations

from benchmarks.measurement import Pair
from benchmarks.tables import ACCOUNT
from benchmarks.workbench import Workbench

OPERATION = "add_credit_where_possible"
# Both runs check a constraint: one that no row breaks, or one that every hundredth row breaks.
_NEVER = "check (mod(id, 100) <> 50 or credits < 1000000)"
_EVERY_HUNDREDTH = "check (mod(id, 100) <> 50 or credits = 0)"


def one_percent_bad(workbench: Workbench) -> Pair:
    """Give every row one credit more where one row in a hundred breaks a constraint, and where none does."""
    workbench.lay_out(ACCOUNT, workbench.rows)
    workbench.database.execute(f"alter table account add constraint limited {_NEVER}")
    baseline, _ = workbench.run_operation(OPERATION, workbench.rows)
    workbench.lay_out(ACCOUNT, workbench.rows)
    workbench.database.execute(f"alter table account add constraint limited {_EVERY_HUNDREDTH}")
    measured, _ = workbench.run_operation(OPERATION, workbench.rows - workbench.rows // 100)
    return Pair(measured, baseline)
