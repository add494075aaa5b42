"""``dbt-batch-ops export``: the file holds every row once, in the order of the key, whatever was killed."""

import re
import signal
import time

import pytest

from support.commands.cli import Cli

SPEC = """
name: parcel
fields:
  id: bigint
  label: text
  weight: numeric
patterns:
  - name: batch_operations
    operation: export_parcels
    operation_type: select
    select_fields: [id, label, weight]
    where_condition: weight >= :lightest AND passes(id)
    parameters:
      lightest: {type: numeric, default: 0}
    batch_size: 100

  - name: batch_operations
    operation: forget_parcels
    operation_type: delete
    where_condition: weight < 0
"""
_GATE = 4711
_SESSIONS = """
select count(*) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
"""
_WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = %s"


@pytest.fixture
def parcels(database, project):
    """A table of 1,000 parcels, and a function that lets a test hold an export at one of them."""
    project.write("batch_operations/parcel_export.yml", SPEC)
    project.generate()
    database.execute(
        f"""
        create table parcel (id bigint primary key, label text, weight numeric);
        create function passes(id bigint) returns boolean language plpgsql as $$
        begin
            if id = 550 then
                perform pg_advisory_xact_lock_shared({_GATE});
            end if;
            return true;
        end $$;
        """
    )
    fill(database, 1000)
    return database


def fill(database, count):
    """Make so many parcels, with gaps between their ids and all kinds of labels."""
    database.execute(
        """
        truncate parcel;
        insert into parcel
        select
            n * 5,
            case mod(n, 5)
                when 0 then null when 1 then '' when 2 then 'a "b", c' when 3 then E'l\\n2' else 'größe 😀'
            end,
            n / 8.0
        from generate_series(1, %s) as n
        """,
        [count],
    )


@pytest.fixture
def cli(dbt, parcels):
    return Cli(dbt)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "parcels.csv"


def expected(database, condition="true"):
    """What COPY makes of the same rows."""
    rows = []
    with database.session() as session, session.cursor() as cursor:

        class Lines:
            @staticmethod
            def write(data):
                rows.append(data)

        query = f"select id, label, weight from parcel where {condition} order by id"
        cursor.copy_expert(f"copy ({query}) to stdout (format csv, header)", Lines)
    return b"".join(rows)


def wait_until(database, query, value, parameters=()):
    deadline = time.monotonic() + 60
    while database.value(query, parameters) != value:
        assert time.monotonic() < deadline, query
        time.sleep(0.02)


class Gate:
    """Holds exports at parcel 550, in the second batch."""

    def __init__(self, database):
        self._database = database
        self._session = database.session()

    def __enter__(self):
        self._cursor = self._session.__enter__().cursor()
        self._cursor.execute("select pg_advisory_lock(%s)", [_GATE])
        return self

    def wait(self):
        """Wait until an export stands at it."""
        wait_until(self._database, _WAITING, 1, [_GATE])

    def __exit__(self, *_):
        self._session.__exit__(None, None, None)


def operation_id(output):
    return re.search(r"run ([0-9a-f-]{36}): exporting", output)[1]


@pytest.mark.parametrize("count", [0, 1, 100, 101, 1000])
def test_the_file_has_every_row_in_the_order_of_the_key(cli, parcels, file, count):
    fill(parcels, count)
    result = cli.run("export", "export_parcels", str(file))
    assert file.read_bytes() == expected(parcels)
    rows = "1 row" if count == 1 else f"{count:,} rows"
    assert f"{file}: {rows} in " in result.output
    figures = "select status, processed_records from batch_ops.run_overview"
    assert parcels.row(figures) == ("completed", count)
    assert parcels.value("select file_name from batch_ops.runs") == str(file)


def test_arguments_choose_the_rows(cli, parcels, file):
    cli.run("export", "export_parcels", str(file), "--args", "{lightest: 100}")
    assert file.read_bytes() == expected(parcels, "weight >= 100")


def test_a_killed_export_goes_on_to_the_same_bytes(cli, parcels, file):
    with Gate(parcels) as gate:
        process = cli.start("export", "export_parcels", str(file))
        gate.wait()
        process.signal(signal.SIGKILL)
        killed = process.wait()
    wait_until(parcels, _SESSIONS, 0)
    recorded = parcels.value("select max(output_position) from batch_ops.batches")
    assert 0 < recorded <= file.stat().st_size < len(expected(parcels))
    with file.open("ab") as output:
        output.write(b"half a row of a batch that was never recor")
    result = cli.run("export", "export_parcels", str(file), "--resume", operation_id(killed.output))
    assert file.read_bytes() == expected(parcels)
    assert "1,000 rows" in result.output
    assert parcels.value("select sum(records) from batch_ops.batches where status = 'completed'") == 1000


def test_kills_at_any_moment_lose_and_repeat_nothing(cli, parcels, file):
    arguments = ["export", "export_parcels", str(file)]
    fill(parcels, 50_000)
    for pause in (0.001, 0.004, 0.011):
        recorded = parcels.value("select count(*) from batch_ops.batches")
        process = cli.start(*arguments)
        enough = "select count(*) > %s from batch_ops.batches where status = 'completed'"
        wait_until(parcels, enough, True, [recorded + 5])
        time.sleep(pause)
        process.signal(signal.SIGKILL)
        killed = process.wait()
        wait_until(parcels, _SESSIONS, 0)
        arguments = [*arguments[:3], "--resume", operation_id(killed.output)]
    assert not parcels.value("select closed_at is not null from batch_ops.runs")
    cli.run(*arguments)
    assert file.read_bytes() == expected(parcels)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_export_says_how_to_go_on(cli, parcels, file, number):
    with Gate(parcels) as gate:
        process = cli.start("export", "export_parcels", str(file))
        gate.wait()
        process.signal(number)
    result = process.wait()
    assert result.exit_code == 130, str(result)
    run = operation_id(result.output)
    assert (
        f"interrupted; to go on:\n  dbt-batch-ops export export_parcels {file} --resume {run}"
        in result.errors
    )
    wait_until(parcels, _SESSIONS, 0)
    again = cli.run("export", "export_parcels", str(file.with_name("other.csv")), check=False)
    assert again.exit_code != 0
    assert run in again.output
    assert not file.with_name("other.csv").exists()
    cli.run("export", "export_parcels", str(file), "--resume", run)
    assert file.read_bytes() == expected(parcels)


def test_a_file_that_is_there_is_only_replaced_on_request(cli, parcels, file):
    file.write_bytes(b"precious")
    refused = cli.run("export", "export_parcels", str(file), check=False)
    assert refused.exit_code == 1
    assert "is there already; --overwrite replaces it" in refused.errors
    assert file.read_bytes() == b"precious"
    assert parcels.value("select count(*) from batch_ops.runs") == 0
    cli.run("export", "export_parcels", str(file), "--overwrite")
    assert file.read_bytes() == expected(parcels)


def test_another_file_is_not_resumed(cli, parcels, file):
    result = cli.run("export", "export_parcels", str(file))
    run = operation_id(result.output)
    before = file.read_bytes()
    again = cli.run("export", "export_parcels", str(file), "--resume", run, check=False)
    assert file.read_bytes() == before, str(again)
    file.write_bytes(before[:-1])
    refused = cli.run("export", "export_parcels", str(file), "--resume", run, check=False)
    assert refused.exit_code == 1
    assert file.read_bytes() == before[:-1]


def test_a_cancelled_run_is_not_completed(cli, dbt, parcels, file):
    with Gate(parcels) as gate:
        process = cli.start("export", "export_parcels", str(file))
        gate.wait()
        dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": operation_id(process.output)})
    result = process.wait()
    assert result.exit_code == 1, str(result)
    assert "is cancelled before its end" in result.errors
    assert "to go on" not in result.errors


def test_only_a_select_is_exported(cli, file):
    refused = cli.run("export", "forget_parcels", str(file), check=False)
    assert refused.exit_code == 1
    assert "'forget_parcels' is of type delete" in refused.errors
    refused = cli.run("export", "export_parcel", str(file), check=False)
    assert "there is no operation 'export_parcel'" in refused.errors
    assert "did you mean 'export_parcels'?" in refused.errors
    assert not file.exists()
