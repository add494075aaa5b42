"""The suite itself: what `make test` has of each matrix, how it is cut into parts, how large folders are."""

import subprocess
from dataclasses import dataclass
from itertools import product

import pytest

from support.commands.project import REPOSITORY
from support.selection.matrices import choose, crossed, turns
from support.selection.plugin import take_part

MOST_FILES = 30
ROWS = list(product("abc", "12345", "xy"))


@dataclass(frozen=True)
class Item:
    nodeid: str


def names_in_test(mark):
    return [case.id for case in mark.args[1] if not case.marks]


def test_every_value_of_a_matrix_is_in_make_test():
    chosen = choose(ROWS, pairs=False)
    assert [{row[place] for row in chosen} for place in range(3)] == [set("abc"), set("12345"), set("xy")]
    assert len(chosen) == 5


def test_with_pairs_every_pair_of_values_is_in_make_test():
    chosen = choose(ROWS, pairs=True)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert {(row[one], row[other]) for row in chosen} == {(row[one], row[other]) for row in ROWS}
    assert len(chosen) < len(ROWS) * 2 / 3


def test_the_rest_of_a_matrix_is_marked_full_and_keeps_its_name():
    mark = crossed(kind=["update", "delete"], size={"one": 1, "many": 9})
    cases = mark.args[1]
    assert [case.id for case in cases] == ["update-one", "update-many", "delete-one", "delete-many"]
    assert [case.values for case in cases][1] == ("update", 9)
    assert len(names_in_test(mark)) == 2


def test_a_combination_that_makes_no_sense_is_in_no_tier():
    mark = crossed(kind=["a", "b"], size=["1", "2"], skipped=lambda kind, size: kind == "a" and size == "2")
    assert [case.id for case in mark.args[1]] == ["a-1", "b-1", "b-2"]
    assert {name[0] for name in names_in_test(mark)} == {"a", "b"}


def test_some_turns_of_a_random_test_are_in_make_test():
    assert len(names_in_test(turns(10, of_each_run=3))) == 3


@pytest.mark.parametrize("count", [1, 2, 7, 50])
def test_every_test_is_in_exactly_one_part(count):
    items = [Item(f"integration_tests/x.py::test_{n}") for n in range(23)]
    durations = {f"x.py::test_{n}": n % 5 + 0.1 for n in range(20)}
    parts = [take_part(items, f"{number}/{count}", durations) for number in range(1, count + 1)]
    assert [item for part in parts for item in part] == items


def test_parts_take_about_as_long():
    items = [Item(f"integration_tests/x.py::test_{n}") for n in range(100)]
    durations = {f"x.py::test_{n}": 1.0 if n < 50 else 0.1 for n in range(100)}
    lengths = [len(take_part(items, f"{number}/2", durations)) for number in (1, 2)]
    assert lengths[0] < 30 < 70 < lengths[1]


@pytest.mark.parametrize("part", ["0/3", "4/3", "3", "a/b", "1/0"])
def test_what_is_no_part_is_refused(part):
    with pytest.raises(pytest.UsageError, match="write for example 3/8"):
        take_part([], part, {})


def test_no_folder_of_tests_has_more_files_than_one_can_read_through():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "integration_tests"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    files = [REPOSITORY / name for name in listed] or [
        file
        for file in (REPOSITORY / "integration_tests").rglob("*")
        if file.is_file() and file.suffix in (".py", ".yml", ".sql")
    ]
    folders = [file.parent for file in files if file.exists()]
    assert {str(folder): count for folder in folders if (count := folders.count(folder)) > MOST_FILES} == {}
