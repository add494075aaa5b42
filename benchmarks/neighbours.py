"""What an application beside a run notices: pgbench changes single rows of the table that the run changes."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measurement import Measurement, MeasurementError, Pair
from benchmarks.tables import ACCOUNT
from benchmarks.workbench import Workbench
from dbt_batch_ops.database import find_binaries

_CLIENTS = 2
_SECONDS_ALONE = 5
_SCRIPT = """
\\set id random(1, {rows})
update account set last_login_at = now() where id = :id;
"""
_PROGRESS = re.compile(r"progress: ([\d.]+) s, [\d.]+ tps, lat ([\d.]+) ms")
_RUN = "select extract(epoch from started_at), extract(epoch from completed_at) from batch_ops.runs"


def transactions(workbench: Workbench) -> Pair:
    """Change single rows while a run changes all of them, and before: milliseconds per transaction."""
    workbench.lay_out(ACCOUNT, workbench.rows)
    log = workbench.folder / "pgbench.txt"
    with _pgbench(workbench, log):
        started = time.time()
        time.sleep(_SECONDS_ALONE)
        alone = _latency(log, started, time.time())
        workbench.run_operation("add_credit", workbench.rows)
        # The line of a second comes at its end.
        time.sleep(1)
        opened, completed = workbench.database.row(_RUN)
        beside = _latency(log, float(opened), float(completed))
    return Pair(Measurement(beside), Measurement(alone))


@contextmanager
def _pgbench(workbench: Workbench, log: Path) -> Iterator[None]:
    script = workbench.folder / "pgbench.sql"
    script.write_text(_SCRIPT.format(rows=workbench.rows))
    with (
        log.open("w") as output,
        subprocess.Popen(
            [
                find_binaries().program("pgbench"),
                *(f"--client={_CLIENTS}", "--no-vacuum", "--time=3600", f"--file={script}"),
                *("--progress=1", "--progress-timestamp"),
            ],
            env={**os.environ, **workbench.database.connection.environment},
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            yield
        finally:
            process.kill()


def _latency(log: Path, begin: float, end: float) -> float:
    """Return the mean of the seconds that are wholly between two moments."""
    seconds = [
        float(latency)
        for moment, latency in _PROGRESS.findall(log.read_text())
        if begin + 1 <= float(moment) <= end
    ]
    if not seconds:
        raise MeasurementError("The run was over within a second; take more rows.")
    return sum(seconds) / len(seconds)
