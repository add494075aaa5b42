"""``make demo``: it ends well, and it starts where it should after one that was stopped in the middle."""

import shutil
import signal
import subprocess
import sys
from functools import partial

import pytest

from support.commands.project import REPOSITORY

# Enough to be killed on the way: more than one slice of time.
COMMAND = [sys.executable, "-m", "demo", "--rows", "300000"]
# What the file has on which line, and what is wrong with it.
BAD_ROWS = {
    13: ("P-00012", "price > 0 is not true"),
    733: ("P-00731", "name is missing, and may not be null"),
    1206: ("P-01204", 'invalid input syntax for type numeric: "n/a"'),
    1207: ("P-01205", 'invalid input syntax for type numeric: "12,50"'),
    2000: ("P-01998", "name is longer than 40 characters"),
    2409: ("2406", "sku LIKE 'P-%' is not true"),
    3053: ("P-03050", "price is missing, and may not be null"),
    3780: ("P-03777", "price > 0 is not true"),
    4447: ("P-04444", "name is missing, and may not be null"),
    5002: ("P-04999", "numeric field overflow"),
}


def test_the_demo_can_be_stopped_and_started_again_and_proves_its_point():
    # As from a terminal: a test run that was started in the background hands down that Ctrl-C is ignored.
    heeded = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        COMMAND, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, preexec_fn=heeded
    ) as stopped:
        for line in stopped.stdout:
            if line.startswith("$ dbt run-operation"):
                stopped.send_signal(signal.SIGINT)
                break
        rest = stopped.stdout.read()
    assert stopped.returncode == 130, rest
    assert "Traceback" not in rest

    done = subprocess.run(COMMAND, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "kill -9" in done.stdout
    assert "300,000 of 300,000 users have exactly one credit more" in done.stdout
    assert "4,990 products + 10 bad rows = 5,000 rows of the file" in done.stdout
    assert "Warning" not in done.stdout
    assert "FAILED" not in done.stdout
    assert "All true" in done.stdout


@pytest.fixture
def quickstart(tmp_path):
    """The project of the demo, in a folder of the test."""
    project = tmp_path / "quickstart"
    left_by_dbt = shutil.ignore_patterns("batch_ops", "target", "logs", "dbt_packages")
    shutil.copytree(REPOSITORY / "examples" / "quickstart", project, ignore=left_by_dbt)
    packages = project / "packages.yml"
    packages.write_text(packages.read_text().replace("local: ../../", f"local: {REPOSITORY}"))
    return project


def test_the_import_accounts_for_every_row_of_the_file_and_says_so(database, quickstart, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(REPOSITORY))
    from demo.catalogue import import_products
    from demo.products import read_file
    from demo.proof import Proof
    from demo.terminal import Terminal

    terminal = Terminal(quickstart, database.connection.environment)
    terminal.run("dbt", "deps")
    terminal.run("dbt-batch-ops", "generate")
    with database.session() as session, session.cursor() as cursor:
        proof = Proof(cursor)
        import_products(terminal, cursor, proof, 5_000)
        shown = capsys.readouterr().out
        assert proof.holds, shown
        rows = read_file(quickstart / "products.csv")
        imported = {sku for (sku,) in database.rows("select sku from public.product")}
        assert len(rows) == 5_000
        assert imported == {row["SKU"] for line, row in rows.items() if line not in BAD_ROWS}
        recorded = database.rows("select source_line, source_row ->> 'SKU' from batch_ops.errors")
        assert sorted(recorded) == [(line, sku) for line, (sku, _) in BAD_ROWS.items()]

        assert "$ dbt-batch-ops load import_products_csv products.csv" in shown
        assert "products.csv: 5,000 rows, " in shown
        assert "10 of 5,000 rows are invalid and left out" in shown
        for row, (line, (sku, reason)) in zip(_shown_rows(shown), BAD_ROWS.items(), strict=True):
            assert row.startswith(f"{line} {sku} ")
            assert reason in row

        # It would have seen a product that is not there, or not as the file has it.
        database.execute("update public.product set price = price + 1 where sku = 'P-00001'")
        proof.check_import(rows)
    assert not proof.holds
    assert "FAILED" in capsys.readouterr().out


def _shown_rows(shown):
    """Return the rows of the table of bad rows, each on one line and with single blanks."""
    table = shown.partition("what is wrong")[2].partition("  ok ")[0]
    rows = []
    for text in table.splitlines()[1:]:
        if text[:4].strip():
            rows.append(text)
        else:
            rows[-1] += text
    return [" ".join(row.split()) for row in rows]


def test_the_demo_says_what_is_wrong_with_a_database_that_is_not_there(monkeypatch):
    monkeypatch.setenv("DBT_BATCH_OPS_DSN", "postgresql://me@127.0.0.1:1/shop")
    done = subprocess.run(COMMAND, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 1
    assert "The demo could not go on" in done.stdout
    assert "Connection refused" in done.stdout
    assert done.stderr == ""
