"""How long tests wait for what must happen: one setting, for machines that are slow or busy."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

_Seen = TypeVar("_Seen")

PATIENCE = float(os.environ.get("DBT_BATCH_OPS_TEST_PATIENCE", "120"))
"""Seconds, ``DBT_BATCH_OPS_TEST_PATIENCE``. Whatever takes longer has failed; nothing waits without need."""


def wait_until(condition: Callable[[], _Seen], what: str, *, pause: float = 0.002) -> _Seen:
    """Ask for a condition until it is true, and return what it said.

    Args:
        condition: What is asked.
        what: What is waited for, for the message.
        pause: Seconds between two questions.
    """
    deadline = time.monotonic() + PATIENCE
    while not (seen := condition()):
        assert time.monotonic() < deadline, f"still not so after {PATIENCE:g} s: {what}"
        time.sleep(pause)
    return seen
