"""Measure the targets of the design: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import psycopg2

from benchmarks import machine, parallel, report, screen, shards
from benchmarks.cases import CASES
from benchmarks.measurement import Case, MeasurementError, Outcome
from benchmarks.workbench import Workbench, open_workbench
from dbt_batch_ops.database import DatabaseError

ROWS = 1_000_000
ROUNDS = 5
FEWEST_ROWS = 10_000
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    """Measure, print a table, and write it down; the exit code is 1 when a row could not be measured."""
    options = _options()
    if options.list:
        screen.cases(CASES, options.rows)
        return 0
    chosen = [case for case in CASES if not options.row or case.name in options.row]
    outcomes = [Outcome(case) for case in chosen]
    described = machine.describe()
    try:
        with open_workbench(options.rows, parallel.specs() | shards.specs()) as workbench:
            described["PostgreSQL"] = workbench.database.value("show server_version")
            for outcome in outcomes:
                _measure(outcome, workbench, options.rounds)
    except (DatabaseError, MeasurementError, psycopg2.Error) as error:
        screen.say(f"The benchmarks could not start: {error}")
        return 1
    except KeyboardInterrupt:
        measured = [outcome for outcome in outcomes if outcome.pairs]
        screen.results(measured, options.rows)
        if options.output:
            options.output.write_text(report.markdown(measured, options.rows, described))
        return 130
    screen.results(outcomes, options.rows)
    is_complete = len(chosen) == len(CASES) and (options.rows, options.rounds) == (ROWS, ROUNDS)
    output = options.output or (RESULTS if is_complete else None)
    if output:
        output.write_text(report.markdown(outcomes, options.rows, described))
        screen.say(f"Written to {output}.")
    return int(any(outcome.failure for outcome in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("row", nargs="*", metavar="ROW", help="measure only these rows (see --list)")
    parser.add_argument(
        "--rows", type=int, default=ROWS, help=f"rows of a table ({ROWS:,}; at least {FEWEST_ROWS:,})"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each measurement ({ROUNDS})")
    parser.add_argument("--list", action="store_true", help="only say what can be measured")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=f"where to write the results; without it {RESULTS.name}, but only when all was measured in full",
    )
    options = parser.parse_args()
    unknown = set(options.row) - {case.name for case in CASES}
    if unknown:
        parser.error(f"there is no row {', '.join(sorted(unknown))}; see --list")
    if options.rows < FEWEST_ROWS or options.rounds < 1:
        parser.error(f"it takes at least {FEWEST_ROWS:,} rows and one round")
    return options


def _measure(outcome: Outcome, workbench: Workbench, rounds: int) -> None:
    case: Case = outcome.case
    rounds = min(rounds, case.most_rounds or rounds)
    screen.case_started(case, workbench.rows)
    for number in range(1, rounds + 1):
        try:
            with screen.busy(f"round {number} of {rounds}"):
                pair = case.measure(workbench)
        except Exception as error:
            # Whatever is wrong with one row, the others can still be measured.
            outcome.failure = str(error) or type(error).__name__
            screen.case_broke(outcome.failure)
            return
        outcome.pairs.append(pair)
        screen.round_ended(pair, case, number, rounds)


if __name__ == "__main__":
    sys.exit(main())
