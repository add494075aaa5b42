"""Where a character of a YAML text stands in the file.

A SQL condition may be a plain, quoted, folded or literal scalar, over several lines. YAML removes quotes,
escapes and indentation, so the n-th character of the value is somewhere else in the source.
"""

from __future__ import annotations

from yaml.nodes import ScalarNode

_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}
_BLANK_ESCAPES = "tn\t r_NLP"


def source_offset(source: str, node: ScalarNode, offset: int) -> int:
    """Return the index in the source of one character of a scalar.

    Args:
        source: The whole file.
        node: The scalar, as composed from that file.
        offset: The character's index in the scalar's value, counted from 0. Its length means the end.

    Returns:
        The index in ``source``. Characters that YAML folded away or made up (a space for a line break) get
        the place after the character before them.
    """
    start, end = node.start_mark.index, node.end_mark.index
    # All styles keep the order of the characters that are not blank: the n-th in the value is the n-th in the
    # source.
    wanted = sum(1 for character in node.value[:offset] if not character.isspace())
    past_visible = offset >= len(node.value) or node.value[offset].isspace()
    last = start
    for count, place in enumerate(_visible_characters(source, start, end, node.style)):
        if count == wanted and not past_visible:
            return place
        if count >= wanted:
            break
        last = place
    blanks = len(node.value[:offset]) - len(node.value[:offset].rstrip())
    return min(last + (1 if wanted else 0) + (blanks if _same_line(source, last, blanks) else 0), len(source))


def _same_line(source: str, last: int, blanks: int) -> bool:
    return "\n" not in source[last : last + blanks + 1]


def _visible_characters(source: str, start: int, end: int, style: str | None) -> list[int]:
    """Return the indexes of the source characters that became characters of the value and are not blank."""
    if style in ("|", ">"):
        header_end = source.find("\n", start)
        first = header_end if header_end >= 0 else end
        return [i for i in range(first, end) if not source[i].isspace()]
    if style == "'":
        return _single_quoted(source, start + 1, end - 1)
    if style == '"':
        return _double_quoted(source, start + 1, end - 1)
    return [i for i in range(start, end) if not source[i].isspace()]


def _single_quoted(source: str, start: int, end: int) -> list[int]:
    places: list[int] = []
    i = start
    while i < end:
        if not source[i].isspace():
            places.append(i)
        i += 2 if source[i : i + 2] == "''" else 1
    return places


def _double_quoted(source: str, start: int, end: int) -> list[int]:
    places: list[int] = []
    i = start
    while i < end:
        if source[i] != "\\":
            if not source[i].isspace():
                places.append(i)
            i += 1
            continue
        escaped = source[i + 1 : i + 2]
        if escaped and escaped not in _BLANK_ESCAPES and escaped != "\n":
            places.append(i)
        i += _ESCAPE_LENGTHS.get(escaped, 2)
    return places
