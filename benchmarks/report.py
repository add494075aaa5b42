"""The results as a table: for the terminal, and for ``RESULTS.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.measurement import Outcome
from benchmarks.workbench import SERVER_SETTINGS

COLUMNS = ("work", "target", "median", "min to max", "CPU", "measured", "baseline", "rounds", "met")
NUMERIC = frozenset(COLUMNS[1:-1])

_METHOD = """\
## How it is measured

- Each round measures the baseline and then the work itself, so that both see the same machine. The ratio
  is taken round by round and the table shows the median of the ratios; *measured* and *baseline* are the
  medians of the two sides.
- Before every single measurement: a new database with an empty ledger, the same table filled anew,
  `vacuum (analyze)`, `checkpoint`. Autovacuum is off for that table, so that it does not come by chance
  into one side. Before a single statement dbt runs an empty macro: on a virtual machine the memory that
  a large process takes and gives back makes what comes next slower by up to a tenth, on either side.
- The server: {settings}; all else is PostgreSQL's default.
- An operation is a real `dbt run-operation` of a generated macro, with the ledger on. Its time is the
  work itself, from the ledger: `completed_at - started_at` of the run. What is outside of that is the
  start of dbt and what it looks up before it opens the run (another row: an operation with nothing to do),
  and the run's last commit.
- One UPDATE or DELETE is timed in a session of its own around the statement, its commit included. The
  hand-written loop is timed inside its macro.
- A CSV file is sent as `dbt-batch-ops load` sends it, and the time of that, from the first request to the
  commit, is added to the run's. The run also checks every row before it writes the first one: four
  conversions, three rules, three columns that may not be null. The other side is timed in one session:
  COPY of the same file from the client, as `\\copy` does it, into a new table of texts, and one
  INSERT ... SELECT with casts.
- For the upsert both sides find the same file staged in the same way; sending it is in neither time.
- Several workers are sessions that the database opens with dblink; the session of dbt coordinates them and is
  one more. Rows to insert are those of a query, which the run stages first, by one session and in its time.
  Claims are timed by PostgreSQL itself (`track_functions`), which slows the run down a little.
- *CPU* is the ratio of the processor times of the two database sessions, dbt's with all that it did
  besides (Linux only). On a machine with other work it is the steadier figure.
- `dbt` and `dbt-batch-ops` themselves are measured as whole processes, from start to exit. `generate` has
  no baseline: its figure is seconds.
- A row without a target is there to be looked at. Nothing here is asserted by a test.
"""


def cells(outcome: Outcome, rows: int) -> tuple[str, ...]:
    """Return one row of the table."""
    case = outcome.case
    measured, baseline = outcome.median_sides
    results = outcome.results
    spread = f"{min(results):.2f} to {max(results):.2f}" if results else "-"
    return (
        case.work_on(rows),
        case.target,
        _number(outcome.median, "" if case.is_ratio else case.unit),
        spread,
        _number(outcome.median_cpu_ratio),
        _number(measured, case.unit),
        _number(baseline, case.unit),
        str(len(outcome.pairs)),
        "broken" if outcome.failure else {True: "yes", False: "no", None: "-"}[outcome.is_met],
    )


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "-"
    digits = 2 if value < 100 else 0
    return f"{value:,.{digits}f} {unit}".rstrip()


def markdown(outcomes: Sequence[Outcome], rows: int, machine: Mapping[str, str]) -> str:
    """Return the text of ``RESULTS.md``."""
    settings = ", ".join(f"`{name} = {value}`" for name, value in SERVER_SETTINGS.items())
    parts = [
        "# Benchmarks",
        "Written by `make bench`; do not edit. Ratios of two things done on one machine in one run.",
        "\n".join(f"- {name}: {value}" for name, value in machine.items()),
        _table([cells(outcome, rows) for outcome in outcomes]),
    ]
    broken = [f"- {one.case.name}: {_first_line(one.failure)}" for one in outcomes if one.failure]
    if broken:
        parts += ["## Broken", "\n".join(broken)]
    parts.append(_METHOD.format(settings=settings))
    return "\n\n".join(parts)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    rules = [
        f"{'-' * (width - 1)}:" if name in NUMERIC else "-" * width
        for name, width in zip(COLUMNS, widths, strict=True)
    ]

    def line(row: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if name in NUMERIC else cell.ljust(width)
            for name, cell, width in zip(COLUMNS, row, widths, strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    return "\n".join(line(row) for row in (COLUMNS, rules, *rows))


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].rstrip(":")
