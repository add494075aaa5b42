"""Makes the pictures of the README: a real run, watched while it works and reported on afterwards.

``make screenshots``. Four workers write every user's address in lower case. Some addresses are in use twice
then, or are none; a session of somebody else holds a row for a while; and the run is paused on the way.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
from demo.users import load_users
from rich.console import Console

from dbt_batch_ops.database import Connection, Server
from dbt_batch_ops.monitor.figures import Picture
from dbt_batch_ops.monitor.history import History
from dbt_batch_ops.monitor.live import draw
from dbt_batch_ops.monitor.reading import Reader
from dbt_batch_ops.monitor.snapshot import Camera
from support.commands.browser import browser, find_browser

REPOSITORY = Path(__file__).resolve().parent.parent
IMAGES = REPOSITORY / "docs" / "images"
USERS = 1_000_000
HELD = 350_000

_SPEC = """
name: user
fields:
  id: bigint
  email: text
  created_at: timestamptz
  updated_at: timestamptz

patterns:
  - name: batch_operations
    operation: normalize_emails
    description: Write the address of every user in lower case
    target_entity: user
    operation_type: update
    update_data:
      email: {sql: "lower(email)"}
      updated_at: "NOW()"
    where_condition: created_at >= :registered_since
    parameters:
      registered_since: {type: date, default: "2000-01-01"}
    batch_size: 1000
    parallel: true
    max_workers: 4
    timeout: "30 minutes"
    error_handling: collect_errors
    max_retries: 5
    collect_metrics: true
"""
_TABLES = """
update "user" set email = replace(name, ' ', '.') || id || '@Example.com' where true;
update "user" set email = 'Ann.Other@example.com' where id = 52004;
update "user" set email = 'ANN.OTHER@example.com' where id = 571717;
update "user" set email = 'ann.other@example.com' where id = 52005;
update "user" set email = 'n/a ' || id where id in (91017, 460123, 871001);
create unique index user_email_key on "user" (email);
alter table "user" add constraint user_email_has_an_at check (email like '%@%') not valid;
create table audit (user_id bigint, was text, at timestamptz not null default clock_timestamp(), entry jsonb);
create index audit_user on audit (user_id);
create function write_audit() returns trigger language plpgsql as $$
begin
    insert into audit (user_id, was, entry) values (old.id, old.email, to_jsonb(old));
    return new;
end $$;
create trigger write_audit before update on "user" for each row execute function write_audit();
"""
# Rich's own has a font that is fetched from elsewhere.
_SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<title>dbt-batch-ops watch</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> int:
    """Make both pictures."""
    program = find_browser()
    if program is None:
        sys.stderr.write("There is no browser; type: tools/browser.sh install\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Server(settings={"shared_buffers": "256MB"}) as server:
        connection = _new_database(server.connection)
        project = _project(Path(folder), connection)
        run = project.work()
        page = Path(folder) / "report.html"
        project.run("dbt-batch-ops", "report", run, "--html", str(page))
        _photograph(program, page)
    for image in sorted(IMAGES.iterdir()):
        sys.stdout.write(f"{image.relative_to(REPOSITORY)}: {image.stat().st_size / 1000:,.0f} kB\n")
    return 0


class _Project:
    """A dbt project on a database with users."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self.folder, self.connection = folder, connection
        self._environment = {
            **os.environ,
            **connection.environment,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DBT_PROFILES_DIR": str(folder),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def run(self, *command: str) -> None:
        """Run a command to its end."""
        subprocess.run(command, cwd=self.folder, env=self._environment, check=True, stdout=subprocess.DEVNULL)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def work(self) -> str:
        """Run the operation, take its picture in the middle, pause it, let it go on; return its id."""
        operation = ("dbt-batch-ops", "run", "normalize_emails")
        with self._session("backoffice") as other, other.cursor() as cursor:
            cursor.execute('select from "user" where id = %s for update', [HELD])
            first = self.start(*operation)
            run = self._watch_until_somebody_waits()
            self._wait_for(run, 0.7)
            # While the row is still held, so that the run cannot end before.
            other.cursor().execute("select batch_ops.pause(%s)", [run])
            other.commit()
        first.wait()
        time.sleep(6)
        self.start(*operation, "--args", json.dumps({"operation_id": run})).wait()
        return run

    def _session(self, application: str) -> Any:
        return closing(psycopg2.connect(self.connection.url, application_name=application))

    def _watch_until_somebody_waits(self) -> str:
        """Watch as the command does until a lock has been waited for; save what it shows then."""
        reader = Reader(lambda: psycopg2.connect(self.connection.url), "dbt-batch-ops watch", seconds=10)
        camera, history = Camera(reader), History()
        while True:
            time.sleep(0.5)
            picture = camera.take()
            history.add(picture)
            waits = [wait for run in picture.runs for wait in run.lock_waits if wait.blocking_application]
            if any(wait.blocking_application == "backoffice" and wait.seconds > 3 for wait in waits):
                _save(picture, history)
                reader.close()
                return picture.runs[0].operation_id

    def _wait_for(self, run: str, share: float) -> None:
        reader = Reader(lambda: psycopg2.connect(self.connection.url), "dbt-batch-ops watch", seconds=10)
        camera = Camera(reader, run)
        while camera.take().runs[0].share < share:
            time.sleep(0.2)
        reader.close()


def _new_database(server: Connection) -> Connection:
    with closing(psycopg2.connect(server.url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("create database shop")
    connection = replace(server, dbname="shop")
    with closing(psycopg2.connect(connection.url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            load_users(cursor, USERS)
            cursor.execute(_TABLES)
            cursor.execute('vacuum analyze "user"')
    return connection


def _project(folder: Path, connection: Connection) -> _Project:
    place = folder / "project"
    ignored = shutil.ignore_patterns("batch_ops", "target", "logs", "dbt_packages", "package-lock.yml")
    shutil.copytree(REPOSITORY / "examples" / "quickstart", place, ignore=ignored)
    packages = place / "packages.yml"
    packages.write_text(packages.read_text().replace("local: ../..", f"local: {REPOSITORY}"))
    (place / "batch_operations" / "email.yml").write_text(_SPEC)
    project = _Project(place, connection)
    project.run("dbt", "deps")
    project.run("dbt-batch-ops", "generate")
    project.run("dbt", "run-operation", "dbt_batch_ops.install")
    return project


def _save(picture: Picture, history: History) -> None:
    with Path(os.devnull).open("w") as nowhere:
        console = Console(
            record=True,
            width=96,
            height=40,
            force_terminal=True,
            color_system="truecolor",
            highlight=False,
            file=nowhere,
        )
        console.print(draw(picture, history, console))
    console.save_svg(str(IMAGES / "watch.svg"), title="dbt-batch-ops watch", code_format=_SVG)


def _photograph(program: str, page: Path) -> None:
    with browser(program) as running:
        shown = running.open_page()
        shown.show(1100, height=1500)
        shown.open(page)
        shown.picture(IMAGES / "report.png", whole=False)


if __name__ == "__main__":
    sys.exit(main())
