"""A CSV file becomes text: encodings, byte order marks, the first record, what is refused and where."""

from __future__ import annotations

import codecs
import io

import pytest

from dbt_batch_ops.database import csv_text
from dbt_batch_ops.database.csv_text import CsvError, CsvText, check_encoding, check_header, first_record

TEXT = 'name,price\r\n"Größe, 5 €",1\n😀,2\r\n' + "ü" * 50 + ",3"


def read(data: bytes, encoding: str = "utf-8") -> str:
    text = CsvText(io.BytesIO(data), "file.csv", encoding)
    pieces = []
    while piece := text.read():
        pieces.append(piece)
    assert text.bytes_read == len(data)
    return "".join(pieces)


@pytest.fixture(params=[1, 2, 3, 5, 1 << 18])
def piece(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes that are read at once: borders must not matter."""
    monkeypatch.setattr(csv_text, "_PIECE", request.param)
    size: int = request.param
    return size


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
)
def test_text_is_the_same_in_every_encoding(encoding: str) -> None:
    assert read(TEXT.encode(encoding), encoding) == TEXT


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "iso-8859-15"])
def test_text_is_the_same_in_encodings_of_one_byte(encoding: str) -> None:
    assert read("é,ü\r\n".encode(encoding), encoding) == "é,ü\r\n"


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16")],
)
def test_a_byte_order_mark_is_no_text(mark: bytes, encoding: str) -> None:
    data = mark + "a,\ufeffb".encode("utf-16-be" if encoding == "utf-16" else encoding)
    assert read(data, encoding) == "a,\ufeffb"


def test_an_empty_file_is_an_empty_text() -> None:
    assert read(b"") == ""
    assert read(codecs.BOM_UTF8) == ""


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"a,b\n1,2\n3,\xe9\n", "utf-8", "file.csv:3: byte 0xe9 is not utf-8; name the encoding"),
        (b"a\r1\r\xff", "utf-8", "file.csv:3: byte 0xff is not utf-8"),
        (b"a\n\xc3", "utf-8", "file.csv:2: byte 0xc3 is not utf-8"),
        (b"a\n\xed\xa0\x80", "utf-8", "file.csv:2: byte 0xed is not utf-8"),
        (b"a\n1\n\x81", "cp1252", "file.csv:3: byte 0x81 is not cp1252"),
        ("a\n1\n".encode("utf-16") + b"\x00\xdc1\x00", "utf-16", "file.csv:3: byte 0x00 is not utf-16"),
        (b"a\n\xff", "gb18030", "file.csv:2: byte 0xff is not gb18030"),
        (b"a,b\n1,\0\n", "utf-8", "file.csv:2: has a NUL character"),
        ("a\n".encode("utf-16-le"), "utf-8", "file.csv:1: has a NUL character.*--encoding utf-16"),
        (b"a\n+2AA-", "utf-7", "file.csv:2: (has half of a surrogate|byte)"),
    ],
)
def test_what_is_not_text_is_refused_with_its_line(data: bytes, encoding: str, message: str) -> None:
    with pytest.raises(CsvError, match=message):
        read(data, encoding)


def test_a_file_that_begins_like_utf_16_gets_the_advice() -> None:
    with pytest.raises(CsvError, match=r"file\.csv:1: byte 0xff is not utf-8; .*--encoding utf-16$"):
        read("a,b\n".encode("utf-16"))
    with pytest.raises(CsvError, match="utf-16-le"):
        read(b"a\0,\0b\0\n\0", "utf-16")


@pytest.mark.parametrize("name", ["", "utf-99", "hex", "rot13", "base64", "a\0b"])
def test_what_is_no_encoding_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no encoding"):
        check_encoding(name)


def record(data: bytes, delimiter: str = ",", quote: str = '"', *, is_header: bool = True) -> list[str]:
    text = CsvText(io.BytesIO(data), "file.csv")
    values, seen = first_record(text, delimiter, quote, is_header=is_header)
    rest = ""
    while piece := text.read():
        rest += piece
    assert (seen + rest).encode() == data
    return values


@pytest.mark.usefixtures("piece")
@pytest.mark.parametrize(
    ("data", "values"),
    [
        (b"a,b,c\n1,2,3\n", ["a", "b", "c"]),
        (b"a,b,c", ["a", "b", "c"]),
        (b"a,b\r\n1,2\r\n", ["a", "b"]),
        (b"a,b\r1,2\r", ["a", "b"]),
        (b"a,b\r", ["a", "b"]),
        (b'"a ""x"", y","b\nc"\n1,2', ['a "x", y', "b\nc"]),
        (b'"a\r\nb",c\r\n1,2', ["a\r\nb", "c"]),
        ("größe,\u2028b\n".encode(), ["größe", "\u2028b"]),
        (b"a,\n1,2\n", ["a", ""]),
        (b"\n1\n", [""]),
        (b"", []),
    ],
)
def test_the_first_record_is_read_as_csv_says(data: bytes, values: list[str]) -> None:
    assert record(data) == values


def test_the_first_record_may_be_long_and_have_other_signs() -> None:
    assert record(b"a\tb c\n", "\t") == ["a", "b c"]
    assert record(b"'a;b';c\n", ";", "'") == ["a;b", "c"]
    long = b"x" * 1_000_000
    assert [len(value) for value in record(b'"' + long + b'",1\n', is_header=False)] == [1_000_000, 1]


@pytest.mark.usefixtures("piece")
def test_a_quote_that_is_not_closed_in_the_header_is_an_error() -> None:
    with pytest.raises(CsvError, match=r"file\.csv:1: .*a quote is not closed"):
        record(b'a,"b\n1,2\n')


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([], r"file\.csv: is empty"),
        (["a", "", "b"], r"file\.csv:1: column 2 of 3 has no name"),
        (["a", " \t"], r"file\.csv:1: column 2 of 2 has no name"),
        (["a", "b", "a"], r"file\.csv:1: the header has 'a' twice, as column 1 and 3"),
    ],
)
def test_a_header_names_every_column_once(columns: list[str], message: str) -> None:
    with pytest.raises(CsvError, match=message):
        check_header("file.csv", columns)


def test_names_that_differ_in_case_are_different() -> None:
    check_header("file.csv", ["a", "A", " a"])
