"""A real browser without a window, spoken to in the DevTools protocol through two pipes: no driver is needed.

``tools/browser.sh`` finds one or installs it. Without one the tests that need it are skipped, but not in CI.
"""

import base64
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from support.commands.project import REPOSITORY
from support.patience import PATIENCE

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def find_browser() -> str | None:
    """Return the program of a browser, or None when there is none here."""
    found = subprocess.run(
        [REPOSITORY / "tools" / "browser.sh", "find"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


class Page:
    """A page that a browser shows.

    Attributes:
        problems: What the browser complained of: errors of the console, exceptions, a policy that was broken.
        requests: The addresses that it asked for, the page itself included.
    """

    def __init__(self, browser: "Browser", target: str, session: str) -> None:
        self._browser, self._target, self._session = browser, target, session
        self.problems: list[str] = []
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def close(self) -> None:
        """Close it."""
        self._browser.call("Target.closeTarget", {"targetId": self._target})

    def call(self, method: str, **values: Any) -> dict[str, Any]:
        """Ask the browser for something about the page, and return its answer."""
        return self._browser.call(method, values, self._session, self.notice)

    def notice(self, event: dict[str, Any]) -> None:
        """Note what the browser tells by itself."""
        values = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.problems.append(str(values["exceptionDetails"]))
        elif event["method"] == "Runtime.consoleAPICalled":
            self.problems.append(str(values["args"]))
        elif event["method"] == "Log.entryAdded":
            self.problems.append(str(values["entry"]["text"]))

    def show(self, width: int, *, dark: bool = False, height: int = 900, scale: float = 1) -> None:
        """Make the window so wide, and let its owner like it dark or light."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, file: Path) -> None:
        """Open a file, and wait until all of it is there."""
        self.call("Page.navigate", url=file.absolute().as_uri())
        deadline = time.monotonic() + PATIENCE
        address = json.dumps(file.absolute().as_uri())
        while not self.ask(f"location.href === {address} && document.readyState === 'complete'"):
            assert time.monotonic() < deadline, f"{file} is not there after {PATIENCE} s"
            time.sleep(0.01)

    def ask(self, expression: str) -> Any:
        """Return what an expression of JavaScript comes to in the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self, file: Path, *, whole: bool = True) -> None:
        """Save what it looks like as a PNG; the whole page, or what fits into the window."""
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(answer["data"]))

    def print(self, file: Path) -> None:
        """Print it into a PDF."""
        file.write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"]))


class Browser:
    """A running browser."""

    def __init__(self, program: str, folder: Path) -> None:
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # The sandbox does not work for root, and a container has none to give.
        flags = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else []), f"--user-data-dir={folder}"]

        def take_pipes() -> None:
            # The protocol's pipes are descriptors 3 and 4. Copies first: a number may be in the other's way.
            ours = os.dup(to_browser), os.dup(from_browser)
            os.dup2(os.dup(ours[0]), 3)
            os.dup2(os.dup(ours[1]), 4)

        with (folder / "browser.log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, *flags, "about:blank"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                close_fds=False,
                preexec_fn=take_pipes,
                env={**os.environ, "HOME": str(folder)},
            )
        os.close(to_browser)
        os.close(from_browser)
        self._log = folder / "browser.log"
        self._number = 0
        self._rest = b""

    def open_page(self) -> Page:
        """Open an empty page."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        return Page(self, target, session)

    def call(
        self, method: str, values: dict[str, Any], session: str | None = None, notice: Any = None
    ) -> dict[str, Any]:
        """Send a command and return its answer; what comes before it is told to ``notice``."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": values}
        if session:
            command["sessionId"] = session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        while True:
            message = self._next_message(method)
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]
            if "method" in message and notice is not None and message.get("sessionId") == session:
                notice(message)

    def _next_message(self, method: str) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            said = f"{method}:\n{self._log.read_text(errors='replace')[-2000:]}"
            assert time.monotonic() < deadline, f"the browser does not answer {said}"
            if select.select([self._read], [], [], 1)[0]:
                piece = os.read(self._read, 1 << 20)
                assert piece, f"the browser has ended; {said}"
                self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def close(self) -> None:
        """End it."""
        os.close(self._write)
        os.close(self._read)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def browser(program: str) -> Iterator[Browser]:
    """Run a browser as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder:
        running = Browser(program, Path(folder))
        try:
            yield running
        finally:
            running.close()
