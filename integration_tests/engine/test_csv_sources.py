"""CSV files that the server can read: how columns, values and lines are read, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.database.database import Database
from support.database.public_folder import public_folder
from support.engine import ledger
from support.engine.engine import Engine
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import csv_file, staged_tables
from support.selection.matrices import some
from support.tables.products import PRODUCTS, create_letters, create_products, letters, products

HEADER = "From,Body text,Pages\n"


@pytest.fixture
def folder():
    """A folder that the server can read."""
    with public_folder() as folder:
        yield folder


@pytest.fixture
def database(database):
    create_letters(database)
    return database


@pytest.fixture
def write(folder):
    """Write a file that the server can read and return its path; text as UTF-8."""

    def write(content):
        file = folder / "letters.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(0o644)
        return str(file)

    return write


@pytest.fixture
def load(engine, write):
    """Import the letters of a file with this content."""

    def load(content, operation="import_letters"):
        return engine.run(operation, {"csv_file": write(content)})

    return load


@pytest.fixture
def refused(engine, database):
    """Run an import that must be refused, and return what was said; nothing may be written."""
    before = ledger.contents(database)

    def refused(csv_file, operation="import_letters"):
        said = engine.refusal(operation, {"csv_file": str(csv_file)})
        assert letters(database) == []
        assert ledger.contents(database) == before
        assert staged_tables(database) == []
        return said

    return refused


class TestColumns:
    def test_they_are_found_by_their_names_in_any_order(self, database, load):
        load("Pages,Something else,From,Body text\n3,x,Ann,Hello\n")
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_they_are_found_by_their_positions(self, database, load):
        load("a,b,c,d\n3,Ann,Hello,x\n", "import_letters_by_position")
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_a_file_may_be_without_a_header(self, database, load):
        load("Ann,Hello,3\nBob,Bye,4\n", "import_letters_without_header")
        assert letters(database) == [("Ann", "Hello", 3), ("Bob", "Bye", 4)]

    def test_a_name_may_be_quoted_and_hold_quotes_and_delimiters(self, database, load):
        load('"The ""sender"", or who"," Body ",Página\nAnn,Hello,3\n', "import_letters_with_odd_names")
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_a_name_may_go_over_two_lines(self, database, load):
        load('"From\nwhom",Body,Pages\nAnn,Hello,3\n', "import_letters_with_names_on_two_lines")
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_a_name_that_the_header_does_not_have_is_told_with_those_it_has(self, write, refused):
        said = refused(write("from,Body text,Pages\nAnn,Hello,3\n"))
        assert "has no column From; its columns are: from, Body text, Pages" in said

    def test_every_name_that_is_missing_is_told_at_once(self, write, refused):
        said = refused(write("a,b\n1,2\n"))
        assert all(f"has no column {name}" in said for name in ("From", "Body text", "Pages"))

    def test_a_position_that_the_file_does_not_have_is_told_with_how_many_it_has(self, write, refused):
        said = refused(write("Ann,Hello\n"), "import_letters_without_header")
        assert "has no column csv_column_3; it has 2 columns" in said


@pytest.mark.parametrize(
    ("operation", "delimiter"),
    [("import_letters_with_tabs", "\t"), ("import_letters_with_semicolons", ";")],
    ids=["tab", "semicolon"],
)
def test_values_may_be_parted_by_another_character(database, load, operation, delimiter):
    rows = [["From", "Body text", "Pages"], ["Ann", "a, b", "3"], ["Bob", f'"c{delimiter}d"', "4"]]
    load("".join(delimiter.join(row) + "\n" for row in rows), operation)
    assert letters(database) == [("Ann", "a, b", 3), ("Bob", f"c{delimiter}d", 4)]


class TestValues:
    def test_quoted_ones_may_hold_line_breaks_quotes_and_delimiters(self, database, load):
        load(HEADER + 'Ann,"Dear ""Bob"",\nhow are\n\nyou?",3\nBob,plain,4\n')
        assert letters(database) == [("Ann", 'Dear "Bob",\nhow are\n\nyou?', 3), ("Bob", "plain", 4)]

    def test_an_empty_one_is_null_and_a_quoted_empty_one_is_a_text(self, database, load):
        load(HEADER + 'Ann,,3\nBob,"",\n')
        assert letters(database) == [("Ann", None, 3), ("Bob", "", None)]

    def test_blanks_around_them_are_kept(self, database, load):
        load(HEADER + " Ann , Hello,3\n")
        assert letters(database) == [(" Ann ", " Hello", 3)]

    def test_they_are_values_whatever_they_look_like(self, database, load):
        load(HEADER + "\\.,{{ 7*7 }}; drop table letter,3\nNULL,\\N,4\n")
        assert letters(database) == [("\\.", "{{ 7*7 }}; drop table letter", 3), ("NULL", "\\N", 4)]

    def test_text_in_every_script_arrives(self, database, load):
        load(HEADER + "Änne,漢字 🙂,3\n")
        assert letters(database) == [("Änne", "漢字 🙂", 3)]


class TestLines:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
    def test_they_may_end_in_every_way(self, database, load, end):
        load(end.join(["From,Body text,Pages", "Ann,Hello,3", "Bob,Bye,4", ""]))
        assert letters(database) == [("Ann", "Hello", 3), ("Bob", "Bye", 4)]

    def test_the_last_one_need_not_end(self, database, load):
        load(HEADER + "Ann,Hello,3")
        assert letters(database) == [("Ann", "Hello", 3)]

    @pytest.mark.parametrize(
        ("operation", "head"),
        [("import_letters", HEADER), ("import_letters_without_header", "")],
        ids=["with a header", "without"],
    )
    def test_a_byte_order_mark_is_no_part_of_the_first_value(self, database, load, operation, head):
        load("\ufeff" + head + "Ann,Hello,3\n", operation)
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_a_byte_order_mark_before_a_quoted_name_is_no_part_of_it(self, database, load):
        load("\ufeff" + '"From","Body text","Pages"\r\nAnn,Hello,3\r\n')
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_a_header_alone_is_an_import_of_nothing(self, database, load):
        load(HEADER)
        assert_adds_up(newest_run(database), 0)
        assert staged_tables(database) == []

    @pytest.mark.parametrize(
        ("row", "problem"),
        [("Bob,Bye", "missing data for column"), ("Bob,Bye,4,more", "extra data after last expected column")],
        ids=["too few values", "too many values"],
    )
    def test_one_with_a_wrong_number_of_values_is_refused_with_its_number(self, write, refused, row, problem):
        said = refused(write(HEADER + f'Ann,"Hel\nlo",3\n{row}\nEve,Hey,5\n'))
        assert problem in said
        assert "line 4" in said

    def test_one_with_only_a_backslash_and_a_dot_does_not_silently_end_the_data(
        self, engine, database, write, refused
    ):
        file = write(HEADER + 'Ann,"a\n\\.\nb",3\nBob,Bye,4\n')
        if database.value("select current_setting('server_version_num')::integer") >= 180000:
            engine.run("import_letters", {"csv_file": file})
            assert letters(database) == [("Ann", "a\n\\.\nb", 3), ("Bob", "Bye", 4)]
        else:
            assert "is only \\., which this server takes for the end of the data" in refused(file)

    def test_a_quote_that_never_ends_is_refused(self, write, refused):
        assert "unterminated CSV quoted field" in refused(write(HEADER + 'Ann,"Hello,3\n'))


class TestFile:
    @pytest.fixture
    def clerk(self, database, _renderer):
        """The engine for a role that may do what it likes in the database, and read no file of the server."""
        database.execute(
            """
            drop role if exists clerk;
            create role clerk login password 'clerk';
            grant usage, create on schema public to clerk;
            alter table letter owner to clerk;
            drop schema batch_ops cascade;
            grant create on database test to clerk;
            """
        )
        connection = replace(database.connection, user="clerk", password="clerk")
        engine = Engine(Database(connection), _renderer)
        engine.install()
        yield engine
        database.execute("drop owned by clerk cascade; drop role clerk")

    def test_one_that_is_not_there_is_told_with_how_to_send_one(self, refused, folder):
        said = refused(folder / "none.csv")
        assert "No such file or directory" in said
        assert "dbt-batch-ops load" in said

    def test_one_that_the_server_may_not_open_is_told_with_how_to_send_it(self, write, refused):
        file = write(HEADER)
        Path(file).chmod(0)
        said = refused(file)
        assert f"the server cannot read {file}" in said
        assert "Permission denied" in said
        assert "dbt-batch-ops load" in said

    def test_a_folder_is_told(self, refused, folder):
        assert "the server cannot read" in refused(folder)

    def test_one_in_another_encoding_is_told(self, write, refused):
        said = refused(write((HEADER + "Änne,Hello,3\n").encode("latin-1")))
        assert "invalid byte sequence for encoding" in said

    def test_an_empty_one_is_told(self, write, refused):
        refused(write(""))

    @pytest.mark.parametrize("file", ["letters.csv", "./letters.csv", "data/letters.csv"])
    def test_a_relative_name_is_told_with_the_command_that_sends_the_file(self, refused, file):
        assert f"dbt-batch-ops load import_letters {file}" in refused(file)

    def test_a_role_that_may_not_read_the_servers_files_is_told_what_to_grant(self, clerk, database, write):
        said = clerk.refusal("import_letters", {"csv_file": write(HEADER)})
        assert "GRANT pg_read_server_files TO clerk" in said
        assert "dbt-batch-ops load" in said
        assert letters(database) == []

    def test_its_path_is_in_the_ledger_and_its_rows_are_not(self, database, load):
        load(HEADER + "Ann,Hello,3\n")
        parameters = database.value("select parameters from batch_ops.runs")
        assert parameters["csv_file"]["given"].endswith("/letters.csv")
        assert "Hello" not in str(parameters)

    @pytest.mark.parametrize("count", some({"100,000": 100_000, "a million": 1_000_000}, "100,000"))
    def test_so_many_rows_are_imported_and_validated(self, engine, database, folder, count):
        create_products(database)
        query = PRODUCTS.format(count=count)
        args = {"csv_file": csv_file(database, query, folder / "products.csv")}
        engine.run("import_many_products_from_file", args)
        assert database.row("select count(*), count(distinct name), sum(price) from product") == database.row(
            f"select count(*), count(distinct name), sum(price) from ({query}) as given"
        )
        assert_adds_up(newest_run(database), count)


@pytest.mark.usefixtures("database")
def test_a_file_that_is_not_given_is_missing(engine):
    assert "parameter csv_file (text) is missing" in engine.refusal("import_letters")


def test_every_type_of_a_column_is_read(engine, database, folder):
    create_products(database)
    query = PRODUCTS.format(count=8)
    args = {"csv_file": csv_file(database, query, folder / "products.csv", "header, force_quote *")}
    engine.run("import_product_file", args)
    expected = f"select name, price, stock, code::text, made_on, details from ({query}) as given"
    assert products(database) == database.rows(expected)
