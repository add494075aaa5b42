"""Which tests a run has: those of every ``make test``, the rest that ``make test-all`` adds, or a part.

A test that is marked ``full`` is left to ``make test-all``. So that it is tried now and then before, each
``make test`` adds a rotating part of those: one of as many as the rest is long.
"""

import json
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

DURATIONS = Path(__file__).with_name("durations.json")
"""How long each test function takes on average, in seconds: written by ``make durations``."""
_UNKNOWN = 1.0
_PART = re.compile(r"([1-9]\d*)/([1-9]\d*)")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("selection", "which of the tests run")
    group.addoption(
        "--tier", choices=["test", "all"], default="all", help="leave out what is marked full, or not"
    )
    group.addoption("--rotating", metavar="K/N", help="with --tier=test: add this part of what is left out")
    group.addoption("--only-rotating", metavar="K/N", help="only this part of what make test leaves out")
    group.addoption("--part", metavar="K/N", help="only this part of all that is selected")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full: left to make test-all, and by turns to make test")
    # Started in the background it ignores some of these, and so would all that the tests start.
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    for number, handler in usual.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    _set_examples(full=config.getoption("--tier") == "all")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rotating = config.getoption("--rotating")
    only = config.getoption("--only-rotating")
    part = config.getoption("--part")
    rest = [item for item in items if item.get_closest_marker("full")]
    added: Sequence[pytest.Item] = take_part(rest, rotating or only) if rotating or only else []
    for item in added:
        item.user_properties.append(("rotating", rotating or only))
    kept = set(map(id, items))
    if only:
        kept = set(map(id, added))
    elif config.getoption("--tier") == "test":
        kept -= set(map(id, rest)) - set(map(id, added))
    if part:
        kept = set(map(id, take_part([item for item in items if id(item) in kept], part)))
    dropped = [item for item in items if id(item) not in kept]
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if id(item) in kept]


def take_part(items: Sequence[Any], part: str, durations: Mapping[str, float] | None = None) -> list[Any]:
    """Return the tests of one part, of parts that take about as long: neighbours stay together.

    Args:
        items: The tests, which have a ``nodeid``.
        part: The part and how many there are, as ``3/8``.
        durations: Seconds of each test function; those of the file when they are not given.

    Raises:
        pytest.UsageError: The part is none.
    """
    read = _PART.fullmatch(part)
    if not read or int(read[1]) > int(read[2]):
        raise pytest.UsageError(f"{part} is no part; write for example 3/8")
    number, count = int(read[1]), int(read[2])
    known = _read_durations() if durations is None else durations
    taken = [known.get(function_of(item.nodeid), _UNKNOWN) for item in items]
    whole, before, chosen = sum(taken), 0.0, []
    for item, seconds in zip(items, taken, strict=True):
        # The middle of a test decides: each is in exactly one part.
        if (number - 1) * whole <= (before + seconds / 2) * count < number * whole:
            chosen.append(item)
        before += seconds
    return chosen


def function_of(nodeid: str) -> str:
    """Return the name of a test without its parameters, from the folder of the integration tests on."""
    return nodeid.removeprefix("integration_tests/").split("[", 1)[0]


def _read_durations() -> dict[str, float]:
    return json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}


def _set_examples(*, full: bool) -> None:
    try:
        from hypothesis import settings
    except ImportError:  # The environments of other adapters do without.
        return
    # hypothesis tries a hundred when nobody says otherwise.
    settings.register_profile("test", max_examples=25)
    settings.register_profile("all", max_examples=100)
    settings.load_profile("all" if full else "test")


@pytest.fixture(scope="session")
def is_full(request: pytest.FixtureRequest) -> bool:
    """Whether everything is tried, as in ``make test-all``: for tests that search at random, how long."""
    return request.config.getoption("--tier") == "all"


def pytest_report_header(config: pytest.Config) -> list[str]:
    rotating = config.getoption("--rotating")
    return [f"rotating part: {rotating}; alone: make integration ROTATING={rotating}"] if rotating else []


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    rotating = config.getoption("--rotating")
    failed = terminalreporter.stats.get("failed", []) + terminalreporter.stats.get("error", [])
    if rotating and any(("rotating", rotating) in report.user_properties for report in failed):
        terminalreporter.write_line(
            f"The rotating part has failed. To run just that part: make integration ROTATING={rotating}",
            red=True,
        )
