"""Runs the checks of this repository: several at once, their output in files, one table at the end.

    python tools/suite.py check               what needs no dbt process: lint, types, unit, the engine in SQL
    python tools/suite.py test                what CI runs
    python tools/suite.py all [--part 3/9]    everything, or a part of it
    python tools/suite.py durations           note how long the tests of the last run took

`make check`, `make test` and `make test-all` call this. A check's whole output and its JUnit file are in
.reports/. `integration_tests/expectations.yml` says which tests may be skipped, and how many there must be.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".reports"
EXPECTATIONS = ROOT / "integration_tests" / "expectations.yml"
DURATIONS = ROOT / "integration_tests" / "support" / "selection" / "durations.json"
CORES = os.cpu_count() or 1
# One worker per core; every worker of the integration tests starts a PostgreSQL of its own.
WORKERS = min(CORES, 8)

OLDEST = ("commands/test_dbt_transactions.py", "commands/test_smoke.py", "commands/test_dbt_host.py")
# What depends most on the server's version.
MACHINE = (
    "commands/test_smoke.py",
    "engine/test_batches.py",
    "engine/test_bounded_work.py",
    "faults/test_terminated_sessions.py",
    "engine/test_csv_sources.py",
    "engine/test_validation.py",
)


@dataclass
class Job:
    """One check.

    Attributes:
        name: What the table calls it.
        command: The command line.
        takes: How many of the machine's cores it uses.
        environment: Variables on top of this process's own.
        has_tests: Whether it is a run of pytest.
    """

    name: str
    command: list[str]
    takes: int = 1
    environment: dict[str, str] = field(default_factory=dict)
    has_tests: bool = False
    started: float = 0.0
    seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The file with its output."""
        return REPORTS / f"{self.name}.log"

    @property
    def report(self) -> Path:
        """The file in which pytest says what became of each test."""
        return REPORTS / f"{self.name}.xml"

    def start(self) -> None:
        """Start it; its output goes to its file."""
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def has_ended(self) -> bool:
        """Whether it is over; takes the time when it is."""
        if self.process is None or self.process.poll() is None:
            return False
        self.seconds = time.monotonic() - self.started
        return True

    @property
    def has_failed(self) -> bool:
        """Whether it is over and its exit code says that something is wrong."""
        return self.process is not None and self.process.returncode != 0


@dataclass(frozen=True)
class Test:
    """One test that has run: where it is, how it ended, how long it took."""

    job: str
    folder: str
    name: str
    outcome: str
    reason: str
    seconds: float
    is_rotating: bool

    @property
    def function(self) -> str:
        """Its name without parameters, as durations.json has it."""
        return self.name.removeprefix("integration_tests/").split("[", 1)[0]


def pytest_job(
    name: str, *arguments: str, environment: str = ".venv", takes: int = 1, **variables: str
) -> Job:
    """A run of pytest in one of the environments, on as many cores as it takes."""
    spread = ["-n", str(takes), "--dist", "loadfile"] if takes > 1 else []
    report = ["--junitxml", str(REPORTS / f"{name}.xml"), "-o", "junit_family=xunit1"]
    command = [str(ROOT / environment / "bin" / "python"), "-m", "pytest", "-q", *spread, *report, *arguments]
    return Job(name, command, takes=takes, environment=variables, has_tests=True)


def lint_jobs() -> list[Job]:
    """Linters and types."""
    binaries = ROOT / ".venv" / "bin"
    ruff = str(binaries / "ruff")
    # What macros and models render to is linted by the tests. LT02 misreads elif in macros nobody calls.
    sqlfluff = [str(binaries / "sqlfluff"), "lint", "--disable-progress-bar", "--exclude-rules", "LT02"]
    return [
        Job("sqlfluff", [*sqlfluff, "macros", "integration_tests/macros"]),
        Job("types", [str(binaries / "mypy")]),
        Job("ruff", ["sh", "-c", f'"{ruff}" check . && "{ruff}" format --check .']),
    ]


def adapter_jobs(*selection: str) -> list[Job]:
    """The tests that have environments of their own, and those on the server of this machine."""
    folders = {name: f"integration_tests/adapters/{name}" for name in ("spark", "duckdb")}
    jobs = [
        # A client whose server is gone, or stuck, waits for many minutes.
        pytest_job(name, "--confcutdir", folder, *limit, *selection, folder, environment=f".venv-{name}")
        for name, folder, limit in (
            ("spark", folders["spark"], ("--timeout", "300")),
            ("duckdb", folders["duckdb"], ()),
        )
    ]
    jobs.append(pytest_job("oldest-dbt", *selection, *_paths(OLDEST), environment=".venv-oldest"))
    if has_server():
        jobs.append(
            pytest_job("own-server", *selection, *_paths(MACHINE), DBT_BATCH_OPS_TEST_SERVER="machine")
        )
    else:
        print("No PostgreSQL 15 or newer on this machine: its tests are left out.")
    return jobs


def has_server() -> bool:
    """Whether this machine has a PostgreSQL of its own that is new enough."""
    look = "from dbt_batch_ops.database import find_binaries; find_binaries('machine')"
    return subprocess.run([sys.executable, "-c", look], capture_output=True, cwd=ROOT).returncode == 0


def _paths(files: Iterable[str]) -> list[str]:
    return [f"integration_tests/{file}" for file in files]


def jobs_of(what: str, part: str | None, rotating: str) -> list[Job]:
    """Return the checks in the order in which they start."""
    tier = "all" if what == "all" else "test"
    unit = pytest_job("unit", "--tier", tier, "generator/tests")
    if what == "check":
        engine = pytest_job("engine", "--tier", "test", "integration_tests/engine", takes=WORKERS)
        return [*lint_jobs(), unit, engine]
    if what == "test":
        whole = ("--tier", "test", "--rotating", rotating)
        integration = pytest_job("integration", *whole, "integration_tests", takes=WORKERS)
        return [*adapter_jobs("--tier", "test"), unit, *lint_jobs(), integration]
    selection = ("--part", part) if part else ()
    integration = pytest_job("integration", *selection, "integration_tests", takes=WORKERS)
    first = [unit, *lint_jobs()] if part is None or part.startswith("1/") else []
    return [*adapter_jobs(*selection), *first, integration]


def run(jobs: Sequence[Job]) -> None:
    """Run all of them, as many at once as there are cores."""
    waiting, running = list(jobs), list[Job]()
    try:
        while waiting or running:
            for job in list(waiting):
                if sum(other.takes for other in running) + min(job.takes, CORES) > CORES:
                    break
                job.start()
                waiting.remove(job)
                running.append(job)
            time.sleep(0.1)
            for job in [job for job in running if job.has_ended()]:
                running.remove(job)
                _say_how_it_ended(job)
    finally:
        for job in running:
            if job.process is not None:
                job.process.terminate()
                job.process.wait()


def _say_how_it_ended(job: Job) -> None:
    text = job.log.read_text(errors="replace")
    last = next((line for line in reversed(text.splitlines()) if line.strip()), "")
    # A part may have none of the tests of a small run.
    if job.has_tests and job.process is not None and job.process.returncode == 5:
        job.process.returncode = 0
    if job.has_failed:
        print(f"\n===== {job.name} failed after {job.seconds:.0f} s =====\n{text}", flush=True)
    else:
        print(f"{job.name}: {job.seconds:.0f} s: {last.strip(' =')}", flush=True)


def tests_of(job: Job) -> Iterator[Test]:
    """Read what pytest has written about its tests."""
    if not job.report.exists():
        return
    for case in ElementTree.parse(job.report).iter("testcase"):
        file = Path(case.get("file", ""))
        # junit has the classes of a test behind the module's name.
        classes = case.get("classname", "").removeprefix(".".join(file.with_suffix("").parts)).strip(".")
        name = "::".join(filter(None, [str(file), *classes.split("."), case.get("name")]))
        problem = next(
            (case.find(name) for name in ("failure", "error") if case.find(name) is not None), None
        )
        skipped = case.find("skipped")
        outcome = "failed" if problem is not None else "skipped" if skipped is not None else "passed"
        is_rotating = any(one.get("name") == "rotating" for one in case.iter("property"))
        yield Test(
            job.name,
            str(file.parent),
            name,
            outcome,
            (skipped.get("message") or "") if skipped is not None else "",
            float(case.get("time", 0)),
            is_rotating,
        )


def report(tests: Sequence[Test], what: str, rotating: str | None) -> None:
    """Print how many tests ran in each run and folder, and the slowest."""
    heads = ("passed", "skipped", "failed", "rotating", "seconds")
    print(f"\n{'run':12} {'folder':44}" + "".join(f"{head:>9}" for head in heads))
    rows: dict[tuple[str, str], list[Test]] = defaultdict(list)
    for test in tests:
        rows[test.job, test.folder].append(test)
    for (job, folder), group in sorted(rows.items()):
        figures = [sum(test.outcome == outcome for test in group) for outcome in heads[:3]]
        figures += [sum(test.is_rotating for test in group), round(sum(test.seconds for test in group))]
        print(f"{job:12} {folder:44}" + "".join(f"{figure:9}" for figure in figures))
    print("\nthe twenty slowest tests:")
    for test in sorted(tests, key=lambda test: -test.seconds)[:20]:
        print(f"{test.seconds:7.1f} s  {test.name}")
    if rotating and what == "test":
        print(f"\nrotating part {rotating}; alone: make integration ROTATING={rotating}")


def problems_of(tests: Sequence[Test], what: str, *, is_whole: bool) -> list[str]:
    """Return what is wrong with a run whose tests have passed: skipped tests, and too few of them."""
    expectations = yaml.safe_load(EXPECTATIONS.read_text())
    allowed = [re.compile(reason) for reason in expectations["skipped"]]
    problems = [
        f"{test.name} was skipped, which expectations.yml does not list: {test.reason}"
        for test in tests
        if test.outcome == "skipped" and not any(reason.search(test.reason) for reason in allowed)
    ]
    if not is_whole:
        return problems
    passed: dict[str, int] = defaultdict(int)
    for test in tests:
        if test.outcome == "passed":
            passed[f"{test.job} {test.folder}"] += 1
    for name, least in expectations["at_least"].get(what, {}).items():
        if passed[name] < least:
            problems.append(f"{passed[name]} tests of {name} have passed; there are {least} at least")
    return problems


def rotating_part(count: int) -> str:
    """Return the part of this commit, or of the files where there is no commit: the same every time."""
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    has_folder = (ROOT / ".git").exists() and git.returncode == 0
    digest = git.stdout.strip() if has_folder else _digest_of_files()
    return f"{int(digest[:12], 16) % count + 1}/{count}"


def _digest_of_files() -> str:
    digest = hashlib.sha256()
    for folder in ("macros", "models", "generator", "integration_tests"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".sql", ".yml", ".j2") and file.is_file():
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def write_durations() -> int:
    """Write down how long each test function takes on average, from the reports of the last run."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for file in REPORTS.glob("*.xml"):
        for test in tests_of(Job(file.stem, [])):
            if test.outcome == "passed" and test.folder.startswith("integration_tests"):
                seconds[test.function].append(test.seconds)
    known = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    known |= {name: round(sum(each) / len(each), 2) for name, each in seconds.items()}
    DURATIONS.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")
    print(f"{len(seconds)} of {len(known)} tests are noted in {DURATIONS.relative_to(ROOT)}")
    return 0


def main() -> int:
    """Run what is asked for; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", choices=["check", "test", "all", "durations"])
    parser.add_argument("--part", help="with all: one of several parts, for example 3/9")
    parser.add_argument("--rotating", help="with test: the rotating part, instead of that of the commit")
    options = parser.parse_args()
    if options.what == "durations":
        return write_durations()
    expectations = yaml.safe_load(EXPECTATIONS.read_text())
    rotating = options.rotating or rotating_part(expectations["rotating_parts"])
    # So that what was started ends with this.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    REPORTS.mkdir(exist_ok=True)
    for file in (*REPORTS.glob("*.xml"), *REPORTS.glob("*.log")):
        file.unlink()
    started = time.monotonic()
    jobs = jobs_of(options.what, options.part, rotating)
    run(jobs)
    tests = [test for job in jobs for test in tests_of(job)]
    report(tests, options.what, rotating)
    failed = [job.name for job in jobs if job.has_failed]
    problems = [] if failed else problems_of(tests, options.what, is_whole=options.part is None)
    for line in (*(f"{name} failed; see above" for name in failed), *problems):
        print(f"FAILED: {line}")
    outcomes = [test.outcome for test in tests]
    print(f"\n{time.monotonic() - started:.0f} s in all on {CORES} cores")
    print(", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped")))
    return 1 if failed or problems else 0


if __name__ == "__main__":
    sys.exit(main())
