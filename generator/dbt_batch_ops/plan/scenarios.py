"""What is tried with an operation, as data: scenarios of acts, and what has to hold after each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HEADINGS = (
    "Batch processing",
    "Error handling",
    "Progress tracking",
    "Parallel execution",
    "Data consistency",
    "Performance",
)
"""What scenarios are about, in the order of the report."""

ACTS: dict[str, str] = {
    "run": "start the operation",
    "dry_run": "ask what it would do",
    "kill": "start it and SIGKILL it in the middle of a batch, client and session",
    "resume": "go on with the run",
    "mend": "let the refused rows be changed",
    "retry_failed": "try the failed rows again",
}
"""What can be done, by the word that scenarios have for it."""

EXPECTATIONS: dict[str, str] = {
    "completed": "the run is completed, and the command says so",
    "completed_with_errors": "the run is completed but for recorded failures",
    "failed": "the run has stopped as failed, and the command with exit code 1",
    "timed_out": "the run has ended as timed_out, and the command with exit code 1",
    "refused": "the command ends with exit code 1 and opens no run",
    "every_row_once": "every row that matches is changed exactly once and as the spec says, no other row is",
    "some_rows_once": "some of these rows are changed, each once; all others are as before",
    "all_but_refused_rows": "the same as every_row_once, but the refused rows are as before",
    "nothing_changed": "every row is as before",
    "batches_within_size": "no batch is larger than batch_size, and each is one transaction",
    "ranges_tile": "the ranges of the batches cover the scope without gap or overlap",
    "in_order": "rows are changed in the order of the key, or of the list or file",
    "batches_completed": "every batch has ended as completed, none is left claimed",
    "figures_agree": "rows and batches in the ledger are those that were changed",
    "total_known": "the ledger says how many rows there are to change; if it says exactly, it is right",
    "heartbeats": "every session that worked has given signs of life, and none works any more",
    "failures_recorded": "each refused row is in batch_ops.errors, with its key and SQLSTATE",
    "failure_recorded": "the ledger says what failed, with SQLSTATE and message",
    "invalid_rows_recorded": "each invalid row is in batch_ops.errors with the rule that it breaks",
    "no_run_opened": "the ledger has no run more than before",
    "same_run": "the command is answered with the run that is there already",
    "several_workers": "several sessions have worked on the run at the same time",
    "limit_kept": "as many rows as max_records are changed",
}
"""What can be expected, by the word that scenarios have for it."""


@dataclass(frozen=True)
class Act:
    """One thing that is done, and what has to hold afterwards.

    Attributes:
        do: A word of ``ACTS``.
        expect: Words of ``EXPECTATIONS``.
        arguments: Arguments in place of those that are made.
        workers: Sessions that work on the run.
    """

    do: str
    expect: tuple[str, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)
    workers: int = 1


@dataclass(frozen=True)
class Scenario:
    """One thing that is tried.

    Attributes:
        heading: One of ``HEADINGS``.
        name: What has to hold, as a sentence.
        acts: What is done, in order.
        settings: What is otherwise than the spec says: ``batch_size``, ``timeout_seconds``, ``max_records``,
            ``max_errors``.
        given: What is otherwise than usual in the data: ``refused_rows`` and ``invalid_rows`` (how many),
            ``held`` (the third batch hangs),
            ``broken_precondition``, ``rows`` (the table's rows, written out).
        skipped: Why it does not apply to the operation.
    """

    heading: str
    name: str
    acts: tuple[Act, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    skipped: str | None = None
