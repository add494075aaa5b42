"""Whole processes, as a user starts them: what is there to wait for when there is next to nothing to do."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.dbt import program, run
from benchmarks.measurement import Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT
from benchmarks.workbench import Workbench

_ENTITIES = 20
_ENTITY = """\
name: entity_{number}
fields:
  id: bigint
  name: text
  status: text
  price: numeric
  last_seen_at: timestamptz
  updated_at: timestamptz

patterns:
"""
_OPERATIONS = (
    """\
  - name: batch_operations
    operation: update_listed_{number}_{turn}
    description: Give the listed rows a new status
    operation_type: update
    update_data:
      status: :new_status
      updated_at: NOW()
    where_condition: id = ANY(:ids)
""",
    """\
  - name: batch_operations
    operation: raise_prices_{number}_{turn}
    operation_type: update
    update_data:
      price: {{sql: "price * (1 + :percent / 100.0)"}}
      updated_at: NOW()
    where_condition: status = 'active' AND last_seen_at > NOW() - INTERVAL '1 year'
    parameters:
      percent: {{type: integer, default: 2}}
    batch_size: 5000
""",
    """\
  - name: batch_operations
    operation: deactivate_{number}_{turn}
    operation_type: update
    update_data:
      status: inactive
    where_condition: |
      last_seen_at < NOW() - INTERVAL '1 year'
      AND status = 'active'
    max_records: 100000
    timeout: 30 minutes
""",
    """\
  - name: batch_operations
    operation: purge_{number}_{turn}
    operation_type: delete
    where_condition: status = 'closed' AND updated_at < :before
""",
    """\
  - name: batch_operations
    operation: trim_names_{number}_{turn}
    operation_type: update
    update_data:
      name: {{sql: trim(name)}}
    where_condition: name <> trim(name)
    batch_size: 100
""",
)
_TURNS = 2
_TOTAL = _ENTITIES * len(_OPERATIONS) * _TURNS


def nothing_to_do(workbench: Workbench) -> Pair:
    """Run an operation on an empty table, and a macro that does nothing."""
    workbench.lay_out(ACCOUNT, 0)
    baseline = workbench.dbt.run_operation("do_nothing")
    _, process = workbench.run_operation("add_credit", 0)
    return Pair(Measurement(process.seconds), Measurement(baseline.seconds))


def generate(_: Workbench) -> Pair:
    """Generate 200 operations of 20 specs into an empty project."""
    with tempfile.TemporaryDirectory(prefix="dbt-batch-ops-benchmarks-") as folder:
        project = Path(folder)
        _write_project(project)
        process = run([program("dbt-batch-ops"), "generate"], project)
        generated = len(list(project.glob("macros/batch_ops/*.sql")))
    if generated != _TOTAL:
        raise MeasurementError(f"{generated} operations were generated, not {_TOTAL}:\n{process.output}")
    return Pair(Measurement(process.seconds), None)


def _write_project(project: Path) -> None:
    (project / "dbt_project.yml").write_text("name: many\nversion: 1.0.0\nprofile: many\n")
    specs = project / "batch_operations"
    specs.mkdir()
    for number in range(_ENTITIES):
        texts = [_ENTITY.format(number=number)]
        texts += [text.format(number=number, turn=turn) for turn in range(_TURNS) for text in _OPERATIONS]
        (specs / f"entity_{number}.yml").write_text("\n".join(texts))
