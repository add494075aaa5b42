"""What a fork of the host does: it becomes the dbt that a shell would have started."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a command. They are blocked when it is forked, until it is ready for them."""

_FAILED_TO_FLUSH = 120


def become_dbt(request: dict[str, Any], descriptors: Sequence[int], manifest: Any) -> NoReturn:
    """Run a command and end the process.

    Args:
        request: What was asked for.
        descriptors: Standard input, output and error.
        manifest: The parsed project, or ``None``.
    """
    code = 1
    try:
        os.setsid()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        _take_over(request)
        code = _run(request["words"], manifest)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        if code < 0:
            os.kill(os.getpid(), -code)
        os._exit(code)


def run_apart(words: list[str]) -> int:
    """Run a command in a fork, and return how it ended.

    Args:
        words: The command line.
    """
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            code = _run(words, None)
        finally:
            os._exit(abs(code))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _take_over(request: dict[str, Any]) -> None:
    """Take over what a program is started with: the rest of it the host has taken over already."""
    os.chdir(request["folder"])
    os.umask(request["umask"])
    time.tzset()
    sys.stdout.reconfigure(line_buffering=os.isatty(1))  # type: ignore[union-attr]
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in SIGNALS:
        usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in request["ignored"] else usual)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _run(words: list[str], manifest: Any) -> int:
    """Run dbt as its program does; return the exit code, or minus the signal that is to end the process."""
    sys.argv = ["dbt", *words]
    given = {} if manifest is None else {"obj": {"manifest": manifest, "callbacks": []}}
    try:
        from dbt.cli.main import cli

        cli(prog_name="dbt", **given)
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended.code)
    except KeyboardInterrupt:
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        code = -signal.SIGINT
    except BaseException:
        traceback.print_exc()
        code = 1
    return _finish(code)


def _exit_code(code: Any) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    sys.stderr.write(f"{code}\n")
    return 1


def _finish(code: int) -> int:
    """Do what Python does at its end, but for the taking apart of all that the host has."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return _FAILED_TO_FLUSH
    return code
