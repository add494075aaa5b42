"""Run the demo: ``python -m demo``."""

import argparse
import sys
import time

import psycopg2

from dbt_batch_ops.database import DatabaseError, open_database
from demo import screen, story
from demo.terminal import CommandFailedError

SETTINGS = {"shared_buffers": "256MB", "max_wal_size": "4GB"}


def main() -> int:
    """Run the demo on the user's database (``DBT_BATCH_OPS_DSN``) or a private PostgreSQL."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=story.__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many users to load (1,000,000)")
    rows = parser.parse_args().rows
    started = time.monotonic()
    try:
        with open_database(folder=story.FOLDER / "server", settings=SETTINGS) as server:
            screen.say(f"PostgreSQL on {server.host}, port {server.port}")
            holds = story.tell(server, rows)
    except (DatabaseError, CommandFailedError, psycopg2.Error) as error:
        screen.heading("The demo could not go on")
        screen.say(str(error).strip())
        return 1
    except KeyboardInterrupt:
        screen.heading("Stopped. The next make demo starts afresh.")
        return 130
    if not holds:
        screen.heading("The proof FAILED: please report this with all of the above.")
        return 1
    screen.heading(f"All true, in {time.monotonic() - started:.0f} s. Where to go next:")
    screen.say("  examples/quickstart/batch_operations/  the specs, fewer than a hundred lines")
    screen.say("  .demo/quickstart/macros/batch_ops/     the macros that they became")
    screen.say("  README.md                              how to use it in your own dbt project")
    return 0


if __name__ == "__main__":
    sys.exit(main())
