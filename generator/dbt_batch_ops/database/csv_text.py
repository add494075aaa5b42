"""The text of a CSV file: decoded piece by piece, so that a file of any size needs little memory.

What the values are, and where they end, is COPY's business. Only the first record is read here, for the names
and the number of the columns.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from dbt_batch_ops.database.errors import DatabaseError

_PIECE = 1 << 18
_LONGEST_FIRST_FIELD = 1 << 24
# A carriage return ends a line only when it is known what follows it.
_LINE_END = re.compile(r"\n|\r\n|\r(?=[^\n])")
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class CsvError(DatabaseError):
    """A file is not the CSV that it should be; the message begins with its name and the line."""


def check_encoding(name: str) -> None:
    """Refuse what is no encoding of text.

    Raises:
        ValueError: It is not; the message names it.
    """
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        raise ValueError(f"{name!r} is no encoding; for example utf-8, utf-16, cp1252 or latin-1") from None


class CsvText:
    """Reads a file as text, without the byte order mark, and refuses what is not text.

    Args:
        file: The file, in binary.
        name: Its name for messages.
        encoding: A codec of Python's.

    Attributes:
        name: Its name for messages.
        bytes_read: Bytes of the file read so far.
    """

    def __init__(self, file: BinaryIO, name: str, encoding: str = "utf-8") -> None:
        self.name = name
        self.bytes_read = 0
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._is_first = True
        self._is_ended = False
        self._line_feeds = 0
        self._returns = 0

    def read(self) -> str:
        """Return the next piece, or an empty text at the end.

        Raises:
            CsvError: There is something that is not of the encoding, or a NUL.
        """
        while not self._is_ended:
            data = self._file.read(_PIECE)
            self._is_ended = not data
            text = self._decode(data)
            self.bytes_read += len(data)
            if text and self._is_first:
                self._is_first = False
                text = text.removeprefix("\ufeff")
            if text:
                self._check(text)
                self._count(text)
                return text
        return ""

    def line_of(self, text: str) -> int:
        """Return the line on which a text ends that follows what was read so far, counted from 1."""
        feeds = self._line_feeds + text.count("\n")
        return 1 + (feeds or self._returns + text.count("\r"))

    def _count(self, text: str) -> None:
        self._line_feeds += text.count("\n")
        self._returns += text.count("\r")

    def _check(self, text: str) -> None:
        place = text.find("\0")
        if place >= 0:
            hint = "" if "16" in self._encoding else "; if the file is UTF-16: --encoding utf-16"
            line = self.line_of(text[:place])
            raise CsvError(f"{self.name}:{line}: has a NUL character, which no text in PostgreSQL can{hint}")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            line = self.line_of(text[: error.start])
            raise CsvError(f"{self.name}:{line}: has half of a surrogate pair, which is no text") from error

    def _decode(self, data: bytes) -> str:
        before = self._decoder.getstate()
        try:
            return self._decoder.decode(data, not data)
        except UnicodeDecodeError as error:
            line = self._line_of_bad_byte(data, before, error)
            what = f"byte 0x{error.object[error.start]:02x} is not {self._encoding}"
            raise CsvError(f"{self.name}:{line}: {what}; {self._advice(data)}") from error
        except UnicodeError as error:
            raise CsvError(f"{self.name}:1: {error}; try --encoding utf-16-le or utf-16-be") from error

    def _line_of_bad_byte(self, data: bytes, before: tuple[bytes, int], error: UnicodeDecodeError) -> int:
        """Return the line of a byte that cannot be decoded, by decoding what is before it once more."""
        self._decoder.setstate(before)
        self._decoder.errors = "replace"
        good = data[: max(error.start - len(before[0]), 0)]
        return self.line_of(self._decoder.decode(good))

    def _advice(self, data: bytes) -> str:
        if self.bytes_read == 0 and data.startswith(_UTF_16_MARKS):
            return "the file begins like UTF-16: --encoding utf-16"
        return "name the encoding that the file is in, for example --encoding cp1252"


def first_record(text: CsvText, delimiter: str, quote: str, *, is_header: bool) -> tuple[list[str], str]:
    """Read the first record.

    Args:
        text: The file, from its beginning.
        delimiter: What stands between values.
        quote: What stands around values.
        is_header: Whether the record has the names of columns, in which case all must be in order; what is
            wrong with values is left to COPY.

    Returns:
        Its values, none when the file is empty; and all text that had to be read.

    Raises:
        CsvError: It cannot be read.
    """
    seen: list[str] = []
    limit = csv.field_size_limit(_LONGEST_FIRST_FIELD)
    try:
        lines = _lines(text, seen)
        reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=is_header)
        record = next(reader, [])
    except csv.Error as error:
        reason = "a quote is not closed" if "end of data" in str(error) else str(error)
        raise CsvError(f"{text.name}:1: the first line cannot be read: {reason}") from error
    finally:
        csv.field_size_limit(limit)
    return record or [""] * bool(seen), "".join(seen)


def _lines(text: CsvText, seen: list[str]) -> Iterator[str]:
    """Yield the lines of a text with their ends; ``seen`` gets all that was read for them."""
    rest = ""
    while piece := text.read():
        seen.append(piece)
        rest += piece
        place = 0
        for end in _LINE_END.finditer(rest):
            yield rest[place : end.end()]
            place = end.end()
        rest = rest[place:]
    if rest:
        yield rest


def check_header(name: str, columns: list[str]) -> None:
    """Refuse a header that does not name every column, each with a name of its own.

    Raises:
        CsvError: It does not.
    """
    if not columns:
        raise CsvError(f"{name}: is empty, and it should begin with a header")
    places: dict[str, int] = {}
    for place, column in enumerate(columns, start=1):
        if not column.strip():
            raise CsvError(f"{name}:1: column {place} of {len(columns)} has no name in the header")
        if column in places:
            raise CsvError(
                f"{name}:1: the header has '{column}' twice, as column {places[column]} and {place}"
            )
        places[column] = place
