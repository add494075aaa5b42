"""A process that has imported dbt and parsed a project once, and forks itself for every command.

So a command takes a quarter of a second and not five, and yet is a process of its own that can be killed.
Started as ``python -m dbt_batch_ops.scenarios.host PROJECT ARGUMENT…``; talks JSON, one line a message.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from contextlib import suppress
from typing import Any


def main() -> None:
    """Parse the project, then start what standard input asks for until it ends."""
    project, *arguments = sys.argv[1:]
    # What dbt prints must not come between the messages.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(["--quiet", "parse", "--project-dir", project, *arguments])
    if not result.success:
        answers.write(json.dumps({"problem": str(result.exception or "dbt cannot parse the project")}) + "\n")
        return
    answers.write(json.dumps({"ready": True}) + "\n")
    _serve(answers, ["--project-dir", project, *arguments], result.result)


def _serve(answers: Any, arguments: list[str], manifest: Any) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.set_blocking(reading, False)
    signal.set_wakeup_fd(writing)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, int] = {}
    waiting = b""
    while True:
        ready, _, _ = select.select([0, reading], [], [])
        if reading in ready:
            with suppress(BlockingIOError):
                os.read(reading, 1000)
            _reap(answers, children)
        if 0 not in ready:
            continue
        received = os.read(0, 1 << 16)
        if not received:
            break
        *lines, waiting = (waiting + received).split(b"\n")
        for line in lines:
            request = json.loads(line)
            pid = os.fork()
            if pid == 0:
                _become_command(request, arguments, manifest)
            children[pid] = request["number"]
            answers.write(json.dumps({"number": request["number"], "pid": pid}) + "\n")
    for pid in children:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _reap(answers: Any, children: dict[int, int]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        code = os.waitstatus_to_exitcode(status)
        answers.write(json.dumps({"number": children.pop(pid), "code": code}) + "\n")


def _become_command(request: dict[str, Any], arguments: list[str], manifest: Any) -> None:
    code = 2
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.update(request["environment"])
        output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(output, 1)
        os.dup2(output, 2)
        from dbt.cli.main import dbtRunner

        result = dbtRunner(manifest=manifest).invoke([*request["command"], *arguments])
        if result.exception is not None:
            sys.stdout.write(f"{result.exception}\n")
        code = 0 if result.success else 2 if result.exception else 1
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
