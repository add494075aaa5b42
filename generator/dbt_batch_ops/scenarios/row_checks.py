"""Checks of what became of the rows."""

from __future__ import annotations

from dbt_batch_ops.scenarios.contents import Contents, differences, excess
from dbt_batch_ops.scenarios.situation import Situation


def every_row_once(situation: Situation) -> list[str]:
    """Every row that matches is changed exactly once and as the spec says, and no other row is."""
    return _compared(situation, situation.expected)


def all_but_refused_rows(situation: Situation) -> list[str]:
    """The same, but the refused rows are as before."""
    return _compared(situation, situation.expected_but_refused)


def nothing_changed(situation: Situation) -> list[str]:
    """Every row is as before."""
    return _compared(situation, situation.stage.before)


def _compared(situation: Situation, expected: Contents) -> list[str]:
    stage = situation.stage
    return differences(stage.before, expected, situation.done.contents, stage.volatile, stage.new_columns)


def some_rows_once(situation: Situation) -> list[str]:
    """Some of the rows that match are changed, each once; all others are as before."""
    stage, done = situation.stage, situation.done.contents
    found = excess(stage.before, situation.expected, done, stage.volatile, stage.new_columns)
    if done.done >= situation.expected.done:
        found.append("all rows are done, and not only some")
    return found


def limit_kept(situation: Situation) -> list[str]:
    """As many rows as max_records are changed."""
    changed = situation.done.contents.done
    limit = situation.plan.max_records
    return [] if changed == limit else [f"{changed} rows were changed, and max_records is {limit}"]
