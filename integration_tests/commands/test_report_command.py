"""``dbt-batch-ops report``: its numbers are the ledger's, and its page is looked at in a real browser."""

import json
import os
import re
import sys

import pytest

from support.commands.browser import browser, find_browser
from support.commands.cli import Cli
from support.database.loopback import set_up
from support.database.roles import NAME as ROLE
from support.database.roles import worker_role
from support.database.sessions import kill_dbt
from support.engine.account_runs import Run
from support.monitoring.held_runs import (
    BATCH,
    CRATES,
    closed_gate,
    create_tables,
    end_crew,
    run_page,
    run_review,
    wait_at_gate,
    wait_for_the_rest,
)

XSS = """<script>window.hit = 1</script>"><img src=x onerror="window.hit = 2">' & {{ 7 * 7 }} ]]>"""
_MANY = 300_000
_FEW = 300
# Batches of two workers without a pause, each of 2 ms, as an engine that is fast would write them.
_FILL = """
with run as (
    insert into batch_ops.runs (
        operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
        package_version, claim_timeout, started_at, completed_at, closed_at, processed_records, batch_count
    )
    values (
        gen_random_uuid(), 'pack_many', '"test"."public"."crate"', 'completed', '{}', 'x', 'x.yml', '0', '0',
        '30 s', %(start)s::timestamptz, %(start)s::timestamptz + %(count)s * interval '1 ms',
        %(start)s::timestamptz + %(count)s * interval '1 ms', %(count)s * 10, %(count)s
    )
    returning *
), step as (
    insert into batch_ops.steps (
        operation_id, step_number, name, operation_type, status, key_columns, batch_size, asynchronous_commit,
        plan, total_records, total_is_exact, turn
    )
    select
        operation_id, 1, 'pack_many', 'update', 'completed', '{id}', 10, true, '{}', %(count)s * 10, true, 1
    from run
), crew as (
    insert into batch_ops.workers (operation_id, pid, backend_start, joined_at, heartbeat_at, ended_at)
    select operation_id, n, started_at, started_at, completed_at, completed_at
    from run cross join generate_series(1, 2) as n
    returning worker_id
)
insert into batch_ops.batches (
    operation_id, step_number, batch_number, status, worker_id, range_hi, records, claimed_at, started_at,
    completed_at
)
select
    run.operation_id, 1, n, 'completed', (select min(worker_id) from crew) + n %% 2, to_jsonb(array[n * 10]),
    10, run.started_at + (n - 1) * interval '1 ms', run.started_at + (n - 1) * interval '1 ms',
    run.started_at + (n + 1) * interval '1 ms'
from run cross join generate_series(1, %(count)s) as n
"""


@pytest.fixture
def crates(database):
    """Crates and barrels, and a gate in front of one of each."""
    create_tables(database)
    return database


@pytest.fixture
def cli(dbt, crates):
    return Cli(dbt)


@pytest.fixture(scope="module")
def _browser():
    program = find_browser()
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI has no browser; tools/browser.sh install has not made one")
        pytest.skip("there is no Chromium here; any will do, or type: make browser")
    with browser(program) as running:
        yield running


@pytest.fixture
def page(_browser):
    """An empty page of a browser."""
    page = _browser.open_page()
    yield page
    page.close()


@pytest.fixture(scope="module")
def _eventful_template(_dbt, _database, _ledger_template):
    """A database with a run of eight workers that was killed, paused and gone on with; rows failed in it."""
    _database.recreate(_ledger_template)
    create_tables(_database)
    set_up(_database)
    _database.execute(
        """
        alter table crate add constraint no_sevens check (id not in (1777, 1877) or packed = 0);
        create sequence collisions;
        create function collide() returns trigger language plpgsql as $$
        begin
            if nextval('collisions') = 1 then
                raise exception 'two at once' using errcode = 'serialization_failure';
            end if;
            return new;
        end $$;
        create trigger collide before update on crate
        for each row when (new.id = 901) execute function collide();
        """
    )
    with closed_gate(_database):
        process = _dbt.start_operation("pack_crates_together")
        wait_for_the_rest(_database, *wait_at_gate(_database))
        run = Run.newest(_database)
        kill_dbt(process)
        end_crew(_database)
    _dbt.run_operation("dbt_batch_ops.pause", run.arguments)
    _dbt.run_operation("dbt_batch_ops.resume", run.arguments)
    _database.save_as_template("template_of_an_eventful_run")
    return run.id


@pytest.fixture
def eventful(_database, _eventful_template):
    """That run, in a database that the test may change."""
    _database.recreate("template_of_an_eventful_run")
    return Run(_database, _eventful_template)


def of_page(page, selector):
    """The texts of the elements of a page that a selector finds."""
    found = page.ask(
        f"JSON.stringify([...document.querySelectorAll({json.dumps(selector)})]"
        ".map(one => one.textContent.trim()))"
    )
    return json.loads(found)


def figures_of(page):
    """The main figures of a page, by name."""
    names, values = of_page(page, ".figure dt"), of_page(page, ".figure .value")
    return dict(zip(names, values, strict=True))


def boxes_of(page, selector):
    """Width and height of the elements that a selector finds."""
    return page.ask(
        f"[...document.querySelectorAll({json.dumps(selector)})]"
        ".map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )


class TestCalls:
    def test_an_empty_ledger_has_nothing_to_report(self, cli):
        result = cli.run("report", check=False)
        assert (result.exit_code, result.errors) == (
            1,
            "error: there is nothing to report: the ledger has no run yet\n",
        )

    @pytest.mark.parametrize(
        ("arguments", "exit_code", "message"),
        [
            (
                ["--html", "no/such/report.html"],
                1,
                "there is no folder no/such; make it first: mkdir -p no/such",
            ),
            (["--html", "macros"], 1, "macros is a folder; name a file in it, as macros/report.html"),
            (["--html", "x.html", "--json"], 2, "--html and --json are two kinds of report; choose one"),
            (["--project-dir", "macros"], 1, "no dbt project here"),
        ],
    )
    def test_a_wrong_call_is_explained(self, cli, arguments, exit_code, message):
        result = cli.run("report", *arguments, check=False)
        assert result.exit_code == exit_code
        assert message in result.errors
        assert "Traceback" not in str(result)

    def test_an_unknown_run_is_answered_with_the_newest_ones(self, cli, dbt, crates):
        dbt.run_operation("pack_crates")
        result = cli.run("report", "ffffffff", "--html", "x.html", check=False)
        assert result.exit_code == 1
        assert "there is no run 'ffffffff'; the newest ones are:" in result.errors
        assert Run.newest(crates).id in result.errors
        assert not (cli.folder / "x.html").exists()

    def test_a_role_that_may_only_read_can_report(self, cli, dbt, crates, tmp_path):
        dbt.run_operation("pack_crates")
        with worker_role(crates, tmp_path) as role:
            crates.execute(f"grant usage on schema batch_ops to {ROLE}")
            crates.execute(f"grant select on all tables in schema batch_ops to {ROLE}")
            result = cli.start("report", "--json", environment=role).wait()
        assert json.loads(result.output)["totals"]["records"] == CRATES


class TestFile:
    def test_the_page_goes_to_the_file_or_to_standard_output(self, cli, dbt, crates, tmp_path):
        dbt.run_operation("pack_crates")
        run, file = Run.newest(crates), tmp_path / "report.html"
        said = cli.run("report", "--html", str(file)).output
        assert re.fullmatch(rf"{file}: run {run.id} of pack_crates, \d+ kB\n", said)
        assert oct(file.stat().st_mode & 0o777) == "0o644"
        printed = cli.run("report", run.id[:8], "--html", "-").output
        assert printed.startswith("<!DOCTYPE html>")
        assert printed.rstrip().endswith("</html>")

    def test_a_page_that_cannot_be_written_leaves_the_old_one(self, cli, dbt, crates, tmp_path):
        dbt.run_operation("pack_crates")
        file = tmp_path / "report.html"
        file.write_text("the old one")
        # As on a disk that is full: no file may be larger than a few kB.
        result = cli.start(
            "report", "--html", str(file), program=["sh", "-c", 'ulimit -f 8; trap "" XFSZ; "$@"', "sh"]
        ).wait()
        assert result.exit_code == 1, str(result)
        assert "File too large" in result.errors
        assert "Traceback" not in result.errors
        assert file.read_text() == "the old one"
        assert list(tmp_path.iterdir()) == [file]


class TestNumbers:
    def test_they_are_those_of_the_ledger(self, dbt, eventful):
        crates = eventful.database
        told = json.loads(Cli(dbt).run("report", "--json").output)
        totals = told["totals"]
        ledger = crates.row(
            """
            select
                (select sum(records) from batch_ops.batches),
                (select count(*) from batch_ops.batches where status = 'completed'),
                (select count(*) from batch_ops.errors where kind = 'row' and resolved_at is null),
                (select count(*) from batch_ops.errors where kind = 'retried')
            """
        )
        names = ("records", "batches", "failed_records", "retries")
        assert tuple(totals[name] for name in names) == ledger
        assert ledger[:3] == (CRATES - 2, CRATES // BATCH, 2)
        assert ledger[3] > 0
        assert told["run"]["status"] == "completed_with_errors"
        assert sum(worker["records"] for worker in told["workers"]) == CRATES - 2
        assert sum(bucket["records"] for bucket in told["throughput"]) == CRATES - 2
        assert sum(bucket["failures"] for bucket in told["throughput"]) == 2
        assert [control["action"] for control in told["controls"]] == ["pause", "resume"]
        least, most = crates.row(
            """
            select
                extract(epoch from min(completed_at - started_at))::float,
                extract(epoch from max(completed_at - started_at))::float
            from batch_ops.batches
            """
        )
        assert (told["batch_seconds"]["least"], told["batch_seconds"]["most"]) == (least, most)
        assert told["slowest_batches"][0]["seconds"] == most

    def test_without_a_file_they_are_printed_as_tables(self, dbt, eventful):
        said = Cli(dbt).run("report", eventful.id[:8]).output
        assert f"pack_crates_together, run {eventful.id}, completed with errors" in said
        # Of two workers that fail at once, either may be the first.
        words = " ".join(said.split()).replace('{"id": 1877}: new', '{"id": 1777}: new')
        for line in (
            "Rows 1,998",
            "Batches 20 median",
            "Failed rows 2",
            "Retries 1 ",
            'row 2 2 23514 {"id": 1777}: new row for relation "crate" violates check constraint "no_sevens"',
            "retried 1 40001 batch 10: two at once",
            "postgres pause",
        ):
            assert line in words, said
        assert "\x1b" not in said

    def test_a_run_that_is_at_work_is_reported_as_far_as_it_is(self, dbt, crates):
        with closed_gate(crates):
            process = dbt.start_operation("pack_crates")
            wait_at_gate(crates)
            found = run_review(crates)
            assert (found.run["status"], found.records, found.batch_count) == ("running", BATCH, 1)
        dbt.finish(process)
        assert run_review(crates).records == CRATES

    def test_what_is_redacted_is_on_no_page(self, dbt, crates, project):
        project.write(
            "batch_operations/secret_crate.yml",
            """
name: crate
fields: {id: bigint, label: text, packed: integer}
patterns:
  - name: batch_operations
    operation: label_crates_in_secret
    operation_type: update
    update_data:
      label: :label
    error_handling: collect_errors
    redact: [label]
""",
        )
        project.generate()
        crates.execute("alter table crate add constraint short check (id <> 777 or length(label) < 3)")
        dbt.run_operation("label_crates_in_secret", {"label": "the harbour's treasure"})
        page = run_page(crates)
        assert "id 777" in page
        assert "short" in page
        assert "treasure" not in page


class TestPage:
    def test_it_asks_for_nothing_and_complains_of_nothing(self, dbt, eventful, page, tmp_path):
        file = tmp_path / "report.html"
        Cli(dbt).run("report", "--html", str(file))
        page.show(1100)
        page.open(file)
        assert page.requests == [file.as_uri()]
        assert page.problems == []
        assert page.ask("document.scripts.length") == 0

    def test_its_figures_are_those_of_the_ledger(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        figures = figures_of(page)
        assert (figures["Rows"], figures["Batches"]) == ("1,998", "20")
        assert (figures["Failed rows"], figures["Retries"]) == ("2", "1")
        assert of_page(page, "h1") == ["pack_crates_together"]
        assert of_page(page, ".status") == ["completed with errors"]
        causes = of_page(page, "#causes tbody tr")
        assert len(causes) == 2
        assert re.search(r"row, refused by the database\s+2\s+2\s+23514\s*no_sevens", causes[0])
        assert "id 1777" in causes[0]
        assert "id 1877" in causes[0]
        assert "two at once" in causes[1]
        asked = of_page(page, "#controls td:nth-child(3)")
        assert asked == ["asked it to pause", "let it go on"]

    def test_its_charts_are_there_and_have_something_in_them(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        charts = {
            name: boxes_of(page, f"#{name}")
            for name in ("progress", "speed", "workers", "histogram", "batch-time")
        }
        assert all(
            len(boxes) == 1 and boxes[0][0] > 300 and boxes[0][1] > 150 for boxes in charts.values()
        ), charts
        for drawn in (
            "#progress .curve",
            "#speed .bar",
            "#workers .there",
            "#histogram .bar",
            "#batch-time .bar",
        ):
            boxes = boxes_of(page, drawn)
            assert boxes, drawn
            assert all(width > 0 for width, _ in boxes), drawn
        # Every batch is drawn, the failures and the retry are, and where everybody was killed there is a gap.
        assert len(boxes_of(page, "#workers .bar")) == CRATES // BATCH
        assert boxes_of(page, "#workers .failure")
        assert boxes_of(page, "#workers .retry")
        for chart in ("progress", "speed", "workers"):
            assert boxes_of(page, f"#{chart} .gap")
        # Nothing is drawn outside.
        width = page.ask("document.documentElement.clientWidth")
        edges = page.ask(
            "[...document.querySelectorAll('svg rect')].map(one => one.getBoundingClientRect().right)"
        )
        assert max(edges) <= width

    def test_each_chart_is_a_table_too(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        page.ask("document.querySelectorAll('details').forEach(one => one.open = true)")
        rows = page.ask(
            "[...document.querySelectorAll('section[aria-labelledby=speed-heading] tbody tr')]"
            ".map(row => [...row.cells].map(cell => cell.textContent))"
        )
        assert sum(int(row[1].replace(",", "")) for row in rows) == CRATES - 2
        assert page.ask("document.querySelectorAll('figure details table').length") == 5

    def test_who_does_not_see_it_is_told_what_there_is(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        images = [node for node in nodes if node.get("role", {}).get("value") in ("image", "img")]
        named = [node["name"]["value"] for node in images if node.get("name", {}).get("value")]
        assert len(named) >= 5
        assert any("Rows changed so far" in name for name in named)
        headings = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "heading"]
        assert {"Rows so far", "Rows per second", "Failures and retries by cause", "Workers", "Steps"} <= set(
            headings
        )
        assert page.ask("document.documentElement.lang") == "en"

    def test_it_is_dark_where_that_is_wanted_and_can_be_read_both_ways(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        colours = {}
        for dark in (False, True):
            page.show(1100, dark=dark)
            colours[dark] = {name: colour(page, *where) for name, where in _COLOURS.items()}
        assert sum(colours[False]["page"]) > 600
        assert sum(colours[True]["page"]) < 150
        for seen in colours.values():
            assert contrast(seen["ink"], seen["card"]) > 7
            for name in ("soft", "bad"):
                assert contrast(seen[name], seen["card"]) > 4.5, name
            assert contrast(seen["bar"], seen["card"]) > 3

    @pytest.mark.parametrize("width", [320, 400, 768, 1600])
    def test_no_width_makes_it_scroll_sideways(self, eventful, page, tmp_path, width):
        show(eventful.database, page, tmp_path, width=width)
        assert page.ask("document.documentElement.scrollWidth") == width
        assert boxes_of(page, "#speed")[0][0] > width / 2.5

    def test_it_can_be_printed(self, eventful, page, tmp_path):
        show(eventful.database, page, tmp_path)
        page.print(tmp_path / "report.pdf")
        assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
        page.call("Emulation.setEmulatedMedia", media="print")
        assert colour(page, "body", "backgroundColor") == (255, 255, 255)
        assert all(box == [0, 0] for box in boxes_of(page, "details"))

    def test_what_others_wrote_is_text_and_nothing_else(self, eventful, page, tmp_path):
        eventful.database.execute(
            """
            update batch_ops.runs set description = %(evil)s, stop_reason = %(evil)s, operation = %(evil)s,
                target = %(evil)s, spec_path = %(evil)s, file_name = %(evil)s,
                parameters = jsonb_build_object(%(evil)s, %(evil)s);
            update batch_ops.steps set name = %(evil)s, operation_type = %(evil)s,
                statements = jsonb_build_object('apply', jsonb_build_object('0', %(evil)s));
            update batch_ops.errors set error_message = %(evil)s, constraint_name = %(evil)s,
                sqlstate = %(evil)s, row_key = jsonb_build_object(%(evil)s, %(evil)s);
            update batch_ops.workers set stop_reason = %(evil)s;
            update batch_ops.controls set requested_by = left(%(evil)s, 63), application = %(evil)s;
            update batch_ops.batches set range_hi = to_jsonb(array[%(evil)s]);
            """,
            {"evil": XSS},
        )
        show(eventful.database, page, tmp_path)
        assert page.ask("window.hit") is None
        assert page.problems == []
        assert len(page.requests) == 1
        assert (
            page.ask("document.querySelectorAll('script, img, iframe, object, link:not([rel=icon])').length")
            == 0
        )
        assert of_page(page, "h1") == [XSS]
        assert of_page(page, "#parameters dt") == [XSS]
        assert of_page(page, "pre code") == [XSS]
        assert of_page(page, "#causes .message") == [XSS, XSS]
        assert XSS in of_page(page, "#workers-table, section[aria-labelledby=workers-heading] td")
        assert "49" not in page.ask("document.querySelector('h1').textContent")


class TestManyBatches:
    def test_the_page_and_the_memory_do_not_grow_with_the_run(self, cli, crates, page, tmp_path):
        sizes, memory, elements = [], [], []
        for count, start in ((_FEW, "2026-11-25 12:00+00"), (_MANY, "2026-11-25 13:00+00")):
            crates.execute(_FILL, {"count": count, "start": start})
            crates.execute("analyze batch_ops.batches")
            file = tmp_path / f"{count}.html"
            measured = tmp_path / "memory"
            cli.start(
                "report", "--html", str(file), program=[sys.executable, "-c", _MEASURE, str(measured)]
            ).wait()
            memory.append(int(measured.read_text()))
            sizes.append(file.stat().st_size)
            page.show(1100)
            page.open(file)
            assert figures_of(page)["Batches"] == f"{count:,}"
            assert figures_of(page)["Rows"] == f"{count * 10:,}"
            elements.append(page.ask("document.querySelectorAll('svg *').length"))
        assert max(sizes) < 300_000
        assert max(elements) < 3_000
        # In kB; a thousand times the batches are a few MB at the most.
        assert memory[1] - memory[0] < 10_000, memory


_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
"""
_COLOURS = {
    "page": ("body", "backgroundColor"),
    "card": ("section", "backgroundColor"),
    "ink": ("body", "color"),
    "soft": (".note", "color"),
    "bad": (".figure.problem .value", "color"),
    "bar": ("#speed .bar", "fill"),
}


def show(database, page, folder, *, width=1100):
    """Open the page of the newest run."""
    file = folder / "report.html"
    file.write_text(run_page(database))
    page.show(width)
    page.open(file)


def colour(page, selector, what):
    """A colour of an element as red, green, blue."""
    said = page.ask(f"getComputedStyle(document.querySelector({json.dumps(selector)})).{what}")
    return tuple(int(float(part)) for part in re.findall(r"[\d.]+", said)[:3])


def contrast(one, other):
    """How well one colour can be told from another: from 1 to 21, as WCAG counts it."""

    def light(colour):
        parts = [part / 255 for part in colour]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)
