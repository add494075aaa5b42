"""A spec file as plain values, with the position of every one of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from dbt_batch_ops.spec.diagnostics import Diagnostic, Position, Severity, quoted
from dbt_batch_ops.spec.scalar_positions import source_offset
from dbt_batch_ops.spec.yaml_loader import DEEPEST_NESTING, SpecLoader, convert_scalar

LARGEST_FILE = 4 * 1024 * 1024
"""Bytes that a spec file may have."""

MOST_VALUES = 200_000
"""Values that a spec may have once its aliases are followed: keeps an alias bomb from the memory."""

Location = tuple[str | int, ...]
"""The keys and indexes that lead to a value, as in pydantic's errors."""

_TAG_PREFIX = "tag:yaml.org,2002:"


@dataclass
class Document:
    """One spec file.

    Attributes:
        path: The path that messages show.
        text: The file's text.
        data: The file as dicts, lists and scalars; ``None`` when it could not be read.
        diagnostics: What is wrong with it as YAML.
    """

    path: str
    text: str
    data: Any = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _keys: dict[Location, Node] = field(default_factory=dict)
    _values: dict[Location, Node] = field(default_factory=dict)
    _line_starts: list[int] = field(default_factory=list)

    def error(self, position: Position, message: str) -> None:
        """Record an error at a position."""
        self.diagnostics.append(Diagnostic(self.path, position, message))

    def warning(self, position: Position, message: str) -> None:
        """Record a warning at a position."""
        self.diagnostics.append(Diagnostic(self.path, position, message, Severity.WARNING))

    def note(self, position: Position, message: str) -> None:
        """Record at a position how something was understood."""
        self.diagnostics.append(Diagnostic(self.path, position, message, Severity.NOTE))

    def has_error_at(self, position: Position) -> bool:
        """Return whether an error is recorded at a position."""
        return any(
            known.position == position and known.severity is Severity.ERROR for known in self.diagnostics
        )

    def position(self, location: Location) -> Position:
        """Return where a value begins; where there is none, where the nearest parent begins."""
        return self._nearest(self._values, location)

    def key_position(self, location: Location) -> Position:
        """Return where the key of a value stands; for an item of a list, where the item begins."""
        if location in self._keys:
            return self.position_of(self._keys[location])
        return self.position(location)

    def text_position(self, location: Location, offset: int) -> Position:
        """Return where a character of a text value stands in the file.

        Args:
            location: Where the text value is.
            offset: The character's index in the value, counted from 0.
        """
        node = self._values.get(location)
        if not isinstance(node, ScalarNode):
            return self.position(location)
        return self.position_at(source_offset(self.text, node, offset))

    def position_at(self, index: int) -> Position:
        """Return the line and column of a character of the file.

        PyYAML's own line numbers are not used: it also counts NEL and U+2028 as line breaks, editors do not.
        """
        if not self._line_starts:
            breaks = (place + 1 for place, character in enumerate(self.text) if character == "\n")
            self._line_starts.extend((0, *breaks))
        line = bisect_right(self._line_starts, index)
        return Position(line, index - self._line_starts[line - 1] + 1)

    def position_of(self, node: Node) -> Position:
        """Return where a node of this file begins."""
        return self.position_at(node.start_mark.index)

    def written(self, location: Location) -> str:
        """Return a scalar as it was written, so that ``1.10`` stays ``1.10``."""
        node = self._values.get(location)
        return node.value if isinstance(node, ScalarNode) else ""

    def has(self, location: Location) -> bool:
        """Return whether the file has a value there."""
        return location in self._values

    def item_location(self, location: Location, index: int) -> Location:
        """Return where an item of a list stands; of a list that is written as one value, that value."""
        return (*location, index) if self.has((*location, index)) else location

    def _nearest(self, nodes: dict[Location, Node], location: Location) -> Position:
        for length in range(len(location), -1, -1):
            node = nodes.get(location[:length])
            if node is not None:
                return self.position_of(node)
        return Position(1, 1)


def read_document(file: Path, shown_as: str) -> Document:
    """Read and parse one spec file. Never raises: what is wrong is in the document's diagnostics.

    Args:
        file: The file.
        shown_as: The path that messages show.
    """
    document = Document(path=shown_as, text="")
    start = Position(1, 1)
    try:
        if not file.is_file():
            document.error(start, "no such file" if not file.exists() else "not a regular file")
            return document
        if file.stat().st_size > LARGEST_FILE:
            document.error(
                start, f"larger than {LARGEST_FILE // 1024 // 1024} MiB; write one file per entity"
            )
            return document
        raw = file.read_bytes()
    except (OSError, ValueError) as error:
        document.error(start, f"cannot be read: {getattr(error, 'strerror', None) or error}")
        return document
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        document.text = raw[: error.start].decode("utf-8-sig", errors="replace")
        byte = raw[error.start]
        document.error(
            document.position_at(len(document.text)),
            f"not UTF-8: byte 0x{byte:02x} at this place; save the file in the encoding UTF-8",
        )
        return document
    return parse_document(text, shown_as)


def parse_document(text: str, shown_as: str) -> Document:
    """Parse the text of a spec. Never raises: what is wrong is in the document's diagnostics.

    Args:
        text: The YAML text.
        shown_as: The path that messages show.
    """
    # Line ends are made equal first, so that every position is counted in one way.
    document = Document(path=shown_as, text=text.replace("\r\n", "\n").replace("\r", "\n"))
    root = _compose(document)
    if root is None:
        if not document.diagnostics:
            document.error(Position(1, 1), "the file is empty; a spec begins with 'name:' and 'fields:'")
        return document
    document.data = _Reader(document).read(root)
    return document


def _compose(document: Document) -> Node | None:
    """Return the root node, or ``None`` after recording why there is none."""
    loader: SpecLoader | None = None
    try:
        loader = SpecLoader(document.text)
        node: Node | None = loader.get_single_node()
        return node
    except yaml.reader.ReaderError as error:
        place = document.position_at(error.position)
        document.error(place, f"character U+{_code_point(error.character):04X} is not allowed in YAML")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = document.position_at(mark.index if mark else 0)
        document.error(place, _yaml_problem(error))
    except RecursionError:
        document.error(Position(1, 1), f"nested more than {DEEPEST_NESTING} levels deep")
    except (yaml.YAMLError, ValueError, OverflowError, IndexError, AttributeError):
        # PyYAML lets some malformed escapes and directives through as plain Python errors.
        place = document.position_at(loader.index if loader else 0)
        document.error(place, "not valid YAML: an escape or a directive before this place has no meaning")
    return None


def _code_point(character: object) -> int:
    return character if isinstance(character, int) else ord(str(character)[0])


def _yaml_problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "cannot be parsed"
    if "found character '\\t'" in problem:
        return "a tab cannot indent YAML; use spaces"
    if "but found another document" in problem:
        return "more than one document ('---') in the file; write one file per entity"
    context = f" {error.context}" if error.context and error.problem else ""
    return f"not valid YAML{context}: {' '.join(problem.split())}"


class _Reader:
    """Turns nodes into values and notes where each stands."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0
        self.exhausted = False

    def read(self, root: Node) -> Any:
        return self._value(root, ())

    def _value(self, node: Node, location: Location) -> Any:
        self.count += 1
        if self.exhausted or self.count > MOST_VALUES or len(location) > DEEPEST_NESTING:
            if not self.exhausted:
                self.exhausted = True
                problem = "an alias that contains itself, or more values than a spec can need"
                self.document.error(self.document.position_of(node), problem)
            return None
        self.document._values[location] = node
        if isinstance(node, MappingNode):
            return self._mapping(node, location)
        if isinstance(node, SequenceNode):
            if node.tag != _TAG_PREFIX + "seq":
                self._refuse_tag(node)
            return [self._value(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, location: Location) -> dict[str, Any]:
        if node.tag != _TAG_PREFIX + "map":
            self._refuse_tag(node)
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in values:
                first = self.document.position_of(self.document._keys[(*location, key)])
                problem = f"duplicate key {quoted(key)}; it is already on line {first.line}"
                self.document.error(self.document.position_of(key_node), problem)
                continue
            self.document._keys[(*location, key)] = key_node
            values[key] = self._value(value_node, (*location, key))
        return values

    def _key(self, node: Node) -> str | None:
        if not isinstance(node, ScalarNode):
            self.document.error(
                self.document.position_of(node), "a key must be text, not a mapping or a list"
            )
            return None
        if node.value == "<<" and node.style is None:
            self.document.error(
                self.document.position_of(node), "merge keys ('<<') are not part of YAML 1.2; repeat the keys"
            )
            return None
        if node.tag != _TAG_PREFIX + "str":
            problem = f"a key must be text; write {quoted(node.value)} in quotes if it is a name"
            self.document.error(self.document.position_of(node), problem)
            return None
        self._check_characters(node)
        return str(node.value)

    def _scalar(self, node: Node) -> Any:
        kind = node.tag.removeprefix(_TAG_PREFIX)
        if kind not in ("str", "int", "float", "bool", "null"):
            self._refuse_tag(node)
            return None
        self._check_characters(node)
        try:
            return convert_scalar(kind, node.value)
        except ValueError:
            self.document.error(
                self.document.position_of(node), f"{quoted(node.value)} cannot be read as a YAML {kind}"
            )
            return None

    def _check_characters(self, node: Node) -> None:
        """Refuse what neither a file nor a database can hold."""
        for character in node.value:
            if character == "\0" or "\ud800" <= character <= "\udfff":
                problem = f"character U+{ord(character):04X} cannot be stored as text"
                self.document.error(self.document.position_of(node), problem)
                return

    def _refuse_tag(self, node: Node) -> None:
        problem = f"the YAML tag {quoted(node.tag)} is not supported; write plain values"
        self.document.error(self.document.position_of(node), problem)
