"""Stop a server when the program that started it is gone, however that program ended.

A small shell holds the reading end of a pipe whose writing end only the starting program has. When that
program ends, even by SIGKILL, the system closes the pipe, the shell wakes up and stops the server.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

# $1: the server's process, $2: its data folder, $3: the folder to remove in the end.
# What has no future is stopped at once (QUIT). The wait ends with the server's own pid file, and anyhow.
_SCRIPT = """
cat >/dev/null
pid_file=$2/postmaster.pid
if [ "$(head -n 1 "$pid_file" 2>/dev/null)" = "$1" ]; then
    kill -QUIT "$1"
    tries=0
    while [ -e "$pid_file" ] && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
rm -rf "$3"
"""


class Lifeline:
    """Watches over one server until it is let go.

    Args:
        pid: The server's process.
        data: Its data folder, which must still name the same process when its turn comes.
        remove: The folder to remove in the end.
    """

    def __init__(self, pid: int, data: Path, remove: Path) -> None:
        arguments = [str(pid), str(data), str(remove)]
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "sh", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )

    def let_go(self) -> None:
        """Stop watching: the server is stopped in another way."""
        self._shell.kill()
        self._shell.wait()
        if self._shell.stdin:
            self._shell.stdin.close()
