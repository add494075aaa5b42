"""Processes forked from one that has imported and tried dbt already: multiprocessing's fork server.

There is one of it in a process, and one list of what it imports first; whoever says another replaces it.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing import forkserver
from typing import Any

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["support.commands.warm_dbt", "support.commands.dbt_process", "support.engine.workers"]
)

pipe = _CONTEXT.Pipe


def fork(target: Callable[..., None], *arguments: Any, ends_with_tests: bool = False) -> Any:
    """Start a function of a module in a process of its own, and return the process."""
    _start_server()
    process = _CONTEXT.Process(target=target, args=arguments, daemon=ends_with_tests)
    process.start()
    return process


def _start_server() -> None:
    # It knows where to import from by its environment only, before Python 3.14.
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before
