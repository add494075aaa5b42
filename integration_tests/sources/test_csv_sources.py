"""CSV inside ``dbt run-operation``: a file that the server can read, or a seed of the project."""

import re

import pytest

from support.database.public_folder import public_folder
from support.engine import ledger
from support.engine.ledger import assert_adds_up, newest_run
from support.engine.sources import staged_tables
from support.tables.products import create_letters, letters

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
    """Write a file that the server can read and return its path."""

    def write(content):
        file = folder / "letters.csv"
        file.write_text(content)
        file.chmod(0o644)
        return str(file)

    return write


@pytest.fixture
def refused(dbt, database):
    """Run an import that must be refused, and return what was said; nothing may be written."""
    before = ledger.contents(database)

    def refused(csv_file, operation="import_letters"):
        result = dbt.run_operation(operation, {"csv_file": str(csv_file)}, check=False)
        assert result.exit_code == 1, str(result)
        assert letters(database) == []
        assert ledger.contents(database) == before
        assert staged_tables(database) == []
        assert "Traceback" not in result.output
        return result.output

    return refused


class TestFile:
    def test_a_header_alone_is_said_to_be_an_import_of_nothing(self, dbt, database, write):
        result = dbt.run_operation("import_letters", {"csv_file": write(HEADER)})
        assert "completed: 0 rows in 0 batches" in result.output
        assert_adds_up(newest_run(database), 0)

    def test_one_that_is_not_there_is_told_with_how_to_send_one(self, refused, folder):
        said = refused(folder / "none.csv")
        assert "No such file or directory" in said
        assert "dbt-batch-ops load" in said

    def test_a_relative_name_is_told_with_the_command_that_sends_the_file(self, refused):
        assert "dbt-batch-ops load import_letters data/letters.csv" in refused("data/letters.csv")

    def test_what_the_server_says_of_a_file_is_told(self, write, refused):
        assert "unterminated CSV quoted field" in refused(write(HEADER + 'Ann,"Hello,3\n'))

    def test_one_that_is_not_given_is_missing(self, dbt, database):
        result = dbt.run_operation("import_letters", check=False)
        assert result.exit_code == 1
        assert "parameter csv_file (text) is missing" in result.output
        assert letters(database) == []


class TestSeed:
    @pytest.fixture
    def seed(self, shared_project):
        """A seed of the project, with a name that says what it is."""
        file = shared_project.write(
            "seeds/old_letters.csv", 'From,Body text,Pages\nAnn,Hello,3\nBob,,4\nEve,"a\nb",5\n'
        )
        yield "old_letters"
        file.unlink()
        file.parent.rmdir()

    def test_its_rows_are_imported(self, dbt, database, seed):
        dbt.run("seed", "--select", seed)
        dbt.run_operation("import_letters", {"csv_file": seed})
        assert letters(database) == [("Ann", "Hello", 3), ("Bob", None, 4), ("Eve", "a\nb", 5)]
        assert_adds_up(newest_run(database), 3)

    def test_its_columns_are_found_by_position_too(self, dbt, database, seed):
        database.execute("create table old_letters as select 3 as a, 'Ann' as \"Sender\", 'Hello' as b")
        dbt.run_operation("import_letters_by_position", {"csv_file": seed})
        assert letters(database) == [("Ann", "Hello", 3)]

    def test_one_that_is_not_built_is_told_with_the_command_that_builds_it(self, refused, seed):
        assert f"dbt seed --select {seed}" in refused(seed)

    def test_a_name_that_the_project_does_not_have_is_told(self, refused):
        assert re.search(r"no_such_seed", refused("no_such_seed"))
