"""The file of an export is never cut or overwritten unless it is known to be the run's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.cli.export_file import Purpose, check_file, export_file, flush, header_line

HEADER = b"id,name\n"


def write(path: Path, purpose: Purpose, position: int | None, rows: bytes) -> int:
    check_file(path, purpose)
    with export_file(path, purpose, HEADER, position) as file:
        file.write(rows)
        return flush(file)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def test_a_new_file_begins_with_the_header(path: Path) -> None:
    assert write(path, Purpose.CREATE, None, b"1,a\n") == 12
    assert path.read_bytes() == b"id,name\n1,a\n"


def test_the_header_is_csv() -> None:
    assert header_line(["id", 'a "b", c'], ",") == b'id,"a ""b"", c"\n'
    assert header_line(["id", "ö,"], ";") == "id;ö,\n".encode()


def test_what_is_there_is_not_overwritten_unless_that_is_said(path: Path) -> None:
    path.write_bytes(b"something that is longer than the export")
    with pytest.raises(ProjectError, match="is there already; --overwrite"):
        check_file(path, Purpose.CREATE)
    with (
        pytest.raises(ProjectError, match="is there already"),
        export_file(path, Purpose.CREATE, HEADER, None),
    ):
        pass
    write(path, Purpose.OVERWRITE, None, b"1,a\n")
    assert path.read_bytes() == b"id,name\n1,a\n"
    assert write(path.with_name("other.csv"), Purpose.OVERWRITE, None, b"") == 8


def test_a_resumed_file_is_cut_to_what_is_recorded(path: Path) -> None:
    path.write_bytes(b"id,name\n1,a\n2,b\n3,")
    write(path, Purpose.RESUME, 12, b"2,b\n")
    assert path.read_bytes() == b"id,name\n1,a\n2,b\n"


@pytest.mark.parametrize("left", [None, b"", b"id,n", b"id,name\n", b"id,name\n1,a\n2"])
def test_a_file_of_which_nothing_is_recorded_is_begun_again(path: Path, left: bytes | None) -> None:
    if left is not None:
        path.write_bytes(left)
    write(path, Purpose.RESUME, None, b"1,a\n")
    assert path.read_bytes() == b"id,name\n1,a\n"


@pytest.mark.parametrize(
    ("contents", "position", "message"),
    [
        (b"id,name\n1,a", 12, "has 11 bytes, and this run has written 12"),
        (b"id,nome\n1,a\n2,b\n", 12, "does not begin with the header"),
        (b"a letter to my aunt", None, "does not begin with the header"),
        (None, 12, "no such file, but this run has written 12 bytes"),
    ],
)
def test_another_file_is_not_resumed(
    path: Path, contents: bytes | None, position: int | None, message: str
) -> None:
    if contents is not None:
        path.write_bytes(contents)
    with pytest.raises(ProjectError, match=message):
        write(path, Purpose.RESUME, position, b"")
    assert not path.exists() if contents is None else path.read_bytes() == contents


def test_two_exports_do_not_write_one_file(path: Path) -> None:
    with (
        export_file(path, Purpose.CREATE, HEADER, None),
        pytest.raises(ProjectError, match="another export is writing it"),
        export_file(path, Purpose.RESUME, HEADER, None),
    ):
        pass
    assert path.read_bytes() == HEADER


def test_what_cannot_be_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="is there already"):
        check_file(tmp_path, Purpose.CREATE)
    with pytest.raises(ProjectError, match="no ordinary file"):
        check_file(tmp_path, Purpose.OVERWRITE)
    with pytest.raises(ProjectError, match="no ordinary file"):
        check_file(Path("/dev/null"), Purpose.OVERWRITE)
    with pytest.raises(ProjectError, match="no such folder"):
        check_file(tmp_path / "none" / "file.csv", Purpose.CREATE)
    (tmp_path / "link").symlink_to(tmp_path / "nothing")
    with pytest.raises(ProjectError, match="is there already"):
        check_file(tmp_path / "link", Purpose.CREATE)
