"""``dbt-batch-ops load``: every kind of CSV file arrives as it is, or not at all."""

import io
import itertools
import signal
import subprocess
import sys
import uuid

import psycopg2
import pytest

from dbt_batch_ops.database import copy_source
from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.database.upload import CsvFormat, drop_orphans, drop_upload, has_ledger, upload
from support.commands.cli import Cli
from support.database.roles import worker_role
from support.database.sessions import wait_for_rows, wait_for_table_lock

_TABLES = r"select relname from pg_class where relname like 'upload\_%' and relkind = 'r'"
NOTHING = b""


class Uploader:
    """Sends files, without dbt."""

    def __init__(self, database):
        self.database = database

    def send(self, data, encoding="utf-8", **form):
        """Send a file; returns the names of its columns and its rows, as they are in the database."""
        upload_id = uuid.uuid4()
        file = io.BytesIO(data) if isinstance(data, bytes) else data
        with self.database.session(autocommit=False) as session:
            records = upload(
                session,
                file,
                "file.csv",
                encoding,
                CsvFormat(**form),
                upload_id=upload_id,
                connect=lambda: psycopg2.connect(self.database.connection.url),
            )
        name, columns, count, recorded = self.database.row(
            "select file_name, columns, column_count, records from batch_ops.uploads where upload_id = %s",
            [str(upload_id)],
        )
        rows = self.database.rows(f"select * from batch_ops.upload_{upload_id.hex} order by batch_ordinal")
        assert (name, recorded, len(rows)) == ("file.csv", records, records)
        assert [row[0] for row in rows] == list(range(1, records + 1))
        assert all(len(row) == count + 1 for row in rows)
        return columns, [row[1:] for row in rows]

    def refused(self, data, encoding="utf-8", **form):
        """Send a file that is refused; returns the message. Nothing of it is left."""
        with pytest.raises(DatabaseError) as raised:
            self.send(data, encoding, **form)
        self.assert_nothing_left()
        return str(raised.value)

    def assert_nothing_left(self):
        assert self.database.rows(_TABLES) == []
        assert self.database.value("select count(*) from batch_ops.uploads") == 0


@pytest.fixture
def uploads(database):
    return Uploader(database)


@pytest.mark.parametrize(
    ("data", "form", "columns", "rows"),
    [
        pytest.param(b"a,b\n1,2\n3,4\n", {}, ["a", "b"], [("1", "2"), ("3", "4")], id="plain"),
        pytest.param(b"a,b\n1,2", {}, ["a", "b"], [("1", "2")], id="no line break at the end"),
        pytest.param(b"a,b\n", {}, ["a", "b"], [], id="a header only"),
        pytest.param(b"a,b", {}, ["a", "b"], [], id="a header only, without a line break"),
        pytest.param(b"a,b\r\n1,2\r\n", {}, ["a", "b"], [("1", "2")], id="windows"),
        pytest.param(b"a,b\r1,2\r3,4", {}, ["a", "b"], [("1", "2"), ("3", "4")], id="old mac"),
        pytest.param(
            b'a,b\n"1\n2","x\r\ny"\n', {}, ["a", "b"], [("1\n2", "x\r\ny")], id="line breaks in quotes"
        ),
        pytest.param(b'"a\nb",c\n1,2\n', {}, ["a\nb", "c"], [("1", "2")], id="a line break in the header"),
        pytest.param(b'a,b\n,""\n', {}, ["a", "b"], [(None, "")], id="null and empty"),
        pytest.param(
            b'a,b\n"say ""hi""", x \n', {}, ["a", "b"], [('say "hi"', " x ")], id="quotes and blanks"
        ),
        pytest.param(b"a,b\n\\N,\\n\n", {}, ["a", "b"], [("\\N", "\\n")], id="backslashes"),
        pytest.param(b"a,b\n\\N,\n", {"null": "\\N"}, ["a", "b"], [(None, "")], id="another null"),
        pytest.param(b"a\n\n1\n", {}, ["a"], [(None,), ("1",)], id="an empty line of one column"),
        pytest.param(b"a\tb\n1,5\t2\n", {"delimiter": "\t"}, ["a", "b"], [("1,5", "2")], id="tabs"),
        pytest.param(
            b"a;b\n'x;y';\"\n", {"delimiter": ";", "quote": "'"}, ["a", "b"], [("x;y", '"')], id="other signs"
        ),
        pytest.param(b"1,2\n3,4\n", {"has_header": False}, None, [("1", "2"), ("3", "4")], id="no header"),
        pytest.param(b'"1\n",\n', {"has_header": False}, None, [("1\n", None)], id="no header, one row"),
        pytest.param(NOTHING, {"has_header": False, "column_count": 3}, None, [], id="no header, no rows"),
        pytest.param("\ufeffä,b\n1,2\n".encode(), {}, ["ä", "b"], [("1", "2")], id="byte order mark"),
        pytest.param(
            '\ufeff"a",b\n1,2\n'.encode(), {}, ["a", "b"], [("1", "2")], id="byte order mark before a quote"
        ),
        pytest.param(
            "\ufeff1,2\n".encode(), {"has_header": False}, None, [("1", "2")], id="byte order mark, no header"
        ),
        pytest.param(
            b'a\n"\\."\n"x\n\\.\ny"\n', {}, ["a"], [("\\.",), ("x\n\\.\ny",)], id="end mark in quotes"
        ),
        pytest.param(
            b'A b,select,"x""y"\n1,2,3\n', {}, ["A b", "select", 'x"y'], [("1", "2", "3")], id="any name"
        ),
    ],
)
def test_a_file_arrives_as_it_is(uploads, data, form, columns, rows):
    assert uploads.send(data, **form) == (columns, rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "latin-1", "cp1252"])
def test_an_encoding_is_stated(uploads, encoding):
    assert uploads.send("é,b\r\nü,ß\r\n".encode(encoding), encoding) == (["é", "b"], [("ü", "ß")])


@pytest.mark.parametrize(
    ("data", "form", "message"),
    [
        (b"a,b,c\n1,2,3\n1,2,3,4\n", {}, "file.csv:3: has 4 values, the header has 3"),
        (b"a,b,c\n1,2,3\n1,2\n", {}, "file.csv:3: has 2 values, the header has 3"),
        (b"a,b,c\n1\n", {}, "file.csv:2: has 1 value, the header has 3"),
        (b'a,b\n"x\ny",1\n"1,2",3,4\n', {}, "file.csv:4: has 3 values, the header has 2"),
        (b'a,b\n1,2,"x\ny"\n', {}, "file.csv:3: has 3 values, the header has 2"),
        (b"a;b\n1;2;3;4\n", {"delimiter": ";"}, "file.csv:2: has 4 values, the header has 2"),
        (b"a,b\n1,2," + b"x" * 200, {}, "file.csv:2: has more than 2 values, the header has 2"),
        (b"a,b\n1,2\n\n", {}, "file.csv:3: is an empty line, the header has 2 values"),
        (b"1,2\n1\n", {"has_header": False}, "file.csv:2: has 1 value, the first line has 2"),
        (
            b'a,b\n1,"2\n3,4\n',
            {},
            "file.csv:4: the file ends within quotes (\"); the row begins with '1,\"2'",
        ),
        (b"a,b\n1,2\r\n", {}, "file.csv:2: "),
        (b"a,b\n1,\xff\n", {}, "file.csv:2: byte 0xff is not utf-8; name the encoding"),
        (b"a,b\n" + b"1,2\n" * 300_000 + b"1,\0\n", {}, "file.csv:300002: has a NUL character"),
        (NOTHING, {}, "file.csv: is empty, and it should begin with a header"),
        (NOTHING, {"has_header": False}, "file.csv: is empty, and has no header either"),
        (b"\n", {}, "file.csv:1: column 1 of 1 has no name"),
        (b"a,a\n", {}, "file.csv:1: the header has 'a' twice"),
        (b'a,"b\n1,2\n', {}, "file.csv:1: the first line cannot be read: a quote is not closed"),
        (b",".join(b"c%d" % n for n in range(1600)), {}, "file.csv: has 1600 columns"),
        (b"a,b\n1,2\n", {"delimiter": "\u00a7"}, "the file was not loaded: COPY delimiter must be"),
    ],
)
def test_a_file_that_is_not_in_order_leaves_nothing(uploads, data, form, message):
    assert uploads.refused(data, **form).startswith(message)


def test_as_many_columns_as_a_table_can_have(uploads):
    names = [f"c{number}" for number in range(1599)]
    row = tuple("1" for _ in names)
    data = f"{','.join(names)}\n{','.join(row)}\n".encode()
    assert uploads.send(data) == (names, [row])


@pytest.mark.parametrize(
    ("data", "line"),
    [(b"a\n1\n\\.\n2\n", 3), (b"a\r\n\\.", 2), (b'a\n"\n\n"\n\\.\n2\n', 5), (b"a\r1\r\\.\r", 3)],
)
def test_the_end_mark_of_copy_never_swallows_rows(uploads, server, data, line):
    if server.binaries.version >= 18:
        assert ("\\.",) in uploads.send(data)[1]
    else:
        assert uploads.refused(data).startswith(f"file.csv:{line}: the line \\. means the end")


class Stream(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, pieces):
        self._pieces = iter(pieces)

    def read(self, _size=-1):
        return next(self._pieces, b"")


def test_a_refused_file_is_not_sent_to_its_end(uploads, monkeypatch):
    """The file has no end."""
    monkeypatch.setattr(copy_source, "_SECONDS_BETWEEN_CHECKS", 0.1)
    endless = itertools.chain([b"a,b\n1,2\n1\n"], itertools.repeat(b"1,2\n" * 5000))
    assert uploads.refused(Stream(endless)) == "file.csv:3: has 1 value, the header has 2"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError("the disk is gone")])
def test_what_interrupts_the_reading_leaves_nothing(uploads, failure):
    def pieces():
        yield b"a,b\n" + b"1,2\n" * 1000
        yield b"1,2\n" * 100_000
        raise failure

    with pytest.raises(type(failure)) as raised:
        uploads.send(Stream(pieces()))
    assert raised.value is failure
    uploads.assert_nothing_left()


def test_a_server_that_goes_away_is_an_error(uploads):
    def pieces():
        yield b"a,b\n1,2\n"
        uploads.database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query ~* '^copy'"
        )
        for _ in range(1000):
            yield b"1,2\n" * 10_000

    with pytest.raises(DatabaseError, match="the file was not loaded"):
        uploads.send(Stream(pieces()))
    uploads.assert_nothing_left()


_MEMORY = """
import io, resource, sys, uuid
import psycopg2
from dbt_batch_ops.database.upload import CsvFormat, upload

class Stream(io.RawIOBase):
    left = int(sys.argv[2]) // 100_000
    def read(self, size=-1):
        self.left -= 1
        return ROWS if self.left >= 0 else b""

ROWS = (b"x" * 99 + b"\\n") * 1000
session = psycopg2.connect(sys.argv[1])
upload(session, Stream(), "file.csv", "utf-8", CsvFormat(has_header=False), upload_id=uuid.uuid4())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_does_not_grow_with_the_file(uploads):
    def used(size):
        command = [sys.executable, "-c", _MEMORY, uploads.database.connection.url, str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)

    small, large = used(2_000_000), used(200_000_000)
    assert large - small < 20_000_000
    assert uploads.database.value("select max(records) from batch_ops.uploads") == 2_000_000


def test_an_upload_that_nobody_took_is_dropped(uploads):
    uploads.send(b"a\n1\n")
    upload_id = uuid.UUID(uploads.database.value("select upload_id::text from batch_ops.uploads"))
    with uploads.database.session(autocommit=False) as session:
        assert drop_upload(session, upload_id)
        assert not drop_upload(session, upload_id)
    uploads.assert_nothing_left()


def test_an_upload_that_a_run_has_taken_stays(uploads):
    uploads.send(b"a\n1\n")
    upload_id = uuid.UUID(uploads.database.value("select upload_id::text from batch_ops.uploads"))
    uploads.database.execute(
        f"delete from batch_ops.uploads; alter table batch_ops.upload_{upload_id.hex} rename to staged_x"
    )
    with uploads.database.session(autocommit=False) as session:
        assert not drop_upload(session, upload_id)
    assert uploads.database.value("select count(*) from batch_ops.staged_x") == 1


def test_only_old_uploads_of_the_same_role_are_orphans(uploads, tmp_path):
    database = uploads.database
    with worker_role(database, tmp_path):
        for age, role in (("23 hours", "postgres"), ("25 hours", "postgres"), ("25 hours", "worker")):
            uploads.send(b"a\n1\n")
            database.execute(
                "update batch_ops.uploads set uploaded_at = now() - %s::interval, uploaded_by = %s "
                "where uploaded_at > now() - interval '1 hour'",
                [age, role],
            )
        with database.session(autocommit=False) as session:
            assert drop_orphans(session) == 1
            assert drop_orphans(session) == 0
        left = database.rows(
            "select uploaded_by, uploaded_at > now() - interval '1 day' from batch_ops.uploads"
        )
        assert sorted(left) == [("postgres", True), ("worker", False)]
        assert len(database.rows(_TABLES)) == 2


def test_a_role_without_privileges_is_told_what_to_ask_for(uploads, tmp_path):
    database = uploads.database
    with worker_role(database, tmp_path) as environment:
        database.execute("grant usage on schema batch_ops to worker")
        connection = psycopg2.connect(
            database.connection.url, user="worker", password=environment["PGPASSWORD"]
        )
        with pytest.raises(
            DatabaseError, match=r"permission denied .*GRANT USAGE, CREATE ON SCHEMA batch_ops"
        ):
            upload(connection, io.BytesIO(b"a\n1\n"), "f", "utf-8", CsvFormat(), upload_id=uuid.uuid4())
        connection.close()
    uploads.assert_nothing_left()


def test_a_missing_ledger_is_noticed(empty_database):
    with empty_database.session(autocommit=False) as session:
        assert not has_ledger(session)
    empty_database.execute("create schema batch_ops")
    with empty_database.session(autocommit=False) as session:
        assert not has_ledger(session)


SPEC = """
name: parcel
fields:
  id: bigint
  label: text
  weight: numeric
patterns:
  - name: batch_operations
    operation: load_parcels
    data_source: csv_file
    field_mapping:
      id: number
      label: text
      weight: weight
    validation_rules:
      - weight > 0
    batch_size: 100

  - name: batch_operations
    operation: load_parcels_by_position
    data_source: csv_file
    csv_delimiter: "\\t"
    csv_has_header: false
    field_mapping:
      id: csv_column_1
      label: csv_column_3
    batch_size: 100

  - name: batch_operations
    operation: forget_parcels
    operation_type: delete
    where_condition: weight < 0
"""
GOOD = "number,weight,text\n" + "".join(f'{n},{n}.5,"parcel, {n}"\n' for n in range(1, 251))


@pytest.fixture
def parcels(database, project):
    create_parcels(database, project)
    return database


def create_parcels(database, project):
    project.write("batch_operations/parcel.yml", SPEC)
    project.generate()
    database.execute("create table parcel (id bigint primary key, label text, weight numeric)")


@pytest.fixture
def cli(dbt):
    return Cli(dbt)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "parcels.csv"


def assert_no_uploads(database):
    assert database.rows(_TABLES) == []
    assert database.value("select count(*) from batch_ops.uploads") == 0


def test_load_sends_a_file_and_runs_the_operation(cli, parcels, file):
    file.write_text(GOOD)
    result = cli.run("load", "load_parcels", str(file))
    assert f"{file}: 250 rows, " in result.output
    assert result.errors == ""
    assert parcels.row("select count(*), sum(weight), min(label) from parcel") == (250, 31500, "parcel, 1")
    assert parcels.row("select status, processed_records from batch_ops.run_overview") == ("completed", 250)
    assert_no_uploads(parcels)


def test_load_reads_standard_input_with_other_signs(cli, parcels):
    options = ["--encoding", "cp1252", "--quote", "'", "--null", "-"]
    cli.run("load", "load_parcels_by_position", "-", *options, stdin=b"1\tx\t'\xe9'\n2\tx\t-")
    assert parcels.rows("select id, label from parcel order by id") == [(1, "é"), (2, None)]


def test_a_bad_file_ends_before_a_run_begins(cli, parcels, file):
    file.write_text(GOOD + "1,2\n")
    result = cli.run("load", "load_parcels", str(file), check=False)
    assert (result.exit_code, result.output) == (1, "")
    assert result.errors == f"error: {file}:252: has 2 values, the header has 3\n"
    assert parcels.value("select count(*) from batch_ops.runs") == 0
    assert_no_uploads(parcels)


def test_what_dbt_refuses_is_passed_on_and_the_upload_dropped(cli, parcels, file):
    file.write_text(GOOD + "251,-1,x\n")
    result = cli.run("load", "load_parcels", str(file), check=False)
    assert result.exit_code == 1
    assert "weight > 0" in result.output
    assert parcels.value("select count(*) from parcel") == 0
    assert_no_uploads(parcels)


def test_a_dry_run_leaves_nothing(cli, parcels, file):
    file.write_text(GOOD)
    cli.run("load", "load_parcels", str(file), "--args", "{dry_run: true}")
    assert parcels.value("select count(*) from parcel") == 0
    assert_no_uploads(parcels)


def test_the_ledger_is_installed_when_it_is_missing(cli, empty_database, project, file):
    create_parcels(empty_database, project)
    file.write_text(GOOD)
    cli.run("load", "load_parcels", str(file))
    assert empty_database.value("select count(*) from parcel") == 250


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_upload_leaves_nothing(cli, parcels, number):
    process = cli.start("load", "load_parcels", "-")
    process.send(GOOD.encode() * 5000)
    wait_for_rows(
        parcels, "select from pg_stat_activity where query ~* '^copy'", {}, "the file is being sent"
    )
    process.signal(number)
    result = process.wait()
    assert result.exit_code == 130, str(result)
    assert "Traceback" not in result.errors
    assert_no_uploads(parcels)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_pauses_keeps_its_file_and_goes_on(cli, dbt, parcels, file, number):
    parcels.execute(
        """
        create function wait() returns trigger language plpgsql as $$
        begin
            perform pg_advisory_xact_lock_shared(4711);
            return new;
        end $$;
        create trigger wait before insert on parcel for each row when (new.id = 150) execute function wait();
        """
    )
    file.write_text("number,weight,text\n" + "".join(f"{n},1,x\n" for n in range(1, 2001)))
    with parcels.session() as gate, gate.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(4711)")
        process = cli.start("load", "load_parcels", str(file), "--vars", "{batch_ops_slice_seconds: 0.01}")
        waiting = "select from pg_locks where locktype = 'advisory' and objid = 4711 and not granted"
        wait_for_rows(parcels, waiting, {}, "dbt inserts")
        process.signal(number)
        asked = "select from batch_ops.runs where pause_requested_at is not null"
        wait_for_rows(parcels, asked, {}, "the run is asked to pause")
    result = process.wait()
    assert result.exit_code == 130, str(result)
    assert "Traceback" not in result.output + result.errors
    assert_no_uploads(parcels)
    run, status, rows = parcels.row(
        "select operation_id::text, status, (select count(*) from parcel) from batch_ops.runs"
    )
    assert status == "paused"
    assert 0 < rows < 2000
    dbt.run_operation("load_parcels", {"operation_id": run})
    assert parcels.row("select count(*), sum(weight) from parcel") == (2000, 2000)


def test_ctrl_c_before_the_run_is_open_drops_the_file(cli, parcels, file):
    file.write_text(GOOD)
    with parcels.session(autocommit=False) as session, session.cursor() as cursor:
        cursor.execute("lock table parcel in access exclusive mode")
        process = cli.start("load", "load_parcels", str(file))
        wait_for_table_lock(parcels, "parcel")
        process.signal(signal.SIGINT)
        process.wait_for("stopped; nothing was changed")
    result = process.wait()
    assert result.exit_code == 130, str(result)
    assert_no_uploads(parcels)
    assert parcels.value("select count(*) from batch_ops.runs") == 0


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (
            ["load_parcel", "f.csv"],
            1,
            "no operation 'load_parcel' in batch_operations/; did you mean 'load_parcels'",
        ),
        (["forget_parcels", "f.csv"], 1, "'forget_parcels' reads no CSV file"),
        (["load_parcels", "none.csv"], 1, "error: none.csv: No such file"),
        (["load_parcels", "macros"], 1, "error: macros: Is a directory"),
        (["load_parcels", "f.csv", "--args", "{csv_file: x}"], 1, "'csv_file' is not for you to give"),
        (["load_parcels", "f.csv", "--args", "{operation_id: x}"], 1, "to go on with a run"),
        (["load_parcels", "f.csv", "--encoding", "utf-99"], 2, "is no encoding"),
        (["load_parcels", "f.csv", "--quote", "''"], 2, "one ASCII character"),
        (["load_parcels", "f.csv", "--quote", ","], 2, "one ASCII character"),
        (["load_parcels", "f.csv", "--null", "a,b"], 2, "neither the delimiter"),
        (["load_parcels", "profiles.yml", "--target", "x"], 1, "does not have a target named 'x'"),
    ],
)
def test_a_wrong_call_is_explained(cli, parcels, arguments, exit_code, message):
    result = cli.run("load", *arguments, check=False)
    assert result.exit_code == exit_code, str(result)
    assert message in result.errors
    assert "Traceback" not in result.errors


def test_a_macro_that_is_not_generated_anew_is_refused(cli, parcels, project, file):
    file.write_text(GOOD)
    project.write("batch_operations/parcel.yml", SPEC.replace("weight > 0", "weight > 1"))
    result = cli.run("load", "load_parcels", str(file), check=False)
    assert result.exit_code == 1
    assert "load_parcels.sql is stale" in result.errors
    assert "run: dbt-batch-ops generate" in result.errors
