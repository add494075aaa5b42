"""A mistake in SQL is shown where it stands in the file, however YAML wrote the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dbt_batch_ops.spec.document import parse_document

STYLES = {
    "plain": "a: x\nsql: one two WRONG\n",
    "plain over two lines": "sql: one\n  two\n   WRONG three\n",
    "single quotes": "sql: 'it''s ''quoted'' WRONG'\n",
    "single quotes over two lines": "sql: 'one ''two''\n\n   WRONG'\n",
    "double quotes": 'sql: "one\\n\\t\\u00e9\\x41\\U0001F600 \\"two\\" \\\\ WRONG"\n',
    "double quotes over two lines": 'sql: "one \\\n   two\n  WRONG"\n',
    "literal block": "sql: |\n  one\n    two\n\n  three WRONG\n",
    "literal block with indicators": "sql: |2-\n    one\n   WRONG\n",
    "folded block": "sql: >\n  one\n  two\n\n  three WRONG four\n",
    "flow mapping": "{a: b, sql: one WRONG}\n",
    "astral characters": 'é: 1\nsql: "😀 é WRONG"\n',
}


@pytest.mark.parametrize("style", STYLES)
def test_a_word_is_found_where_it_stands(style: str) -> None:
    text = STYLES[style]
    document = parse_document(text, "spec.yml")
    assert document.diagnostics == []
    offset = document.data["sql"].index("WRONG")
    place = document.text_position(("sql",), offset)
    before = text[: text.index("WRONG")]
    assert place.line == before.count("\n") + 1
    assert place.column == len(before) - (before.rfind("\n") + 1) + 1


def test_the_end_of_a_text_is_after_its_last_character() -> None:
    document = parse_document("sql: one two\n", "spec.yml")
    assert document.text_position(("sql",), len("one two")).column == len("sql: one two") + 1


def test_every_mistake_of_a_file_is_reported_in_its_order(
    diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    found = diagnose(
        user(
            "operation_type: update\nbatch_size: 0\n"
            "update_data: {statsu: x, status: {sql: 'a b'}}\ncolour: red"
        )
    )
    assert [line.split(": ", 1)[0] for line in found] == [
        "spec.yml:16:17",
        "spec.yml:17:19",
        "spec.yml:17:47",
        "spec.yml:18:5",
    ]


def test_a_message_is_one_printable_line_whatever_of_the_spec_it_repeats(
    diagnose: Callable[[str], list[str]],
) -> None:
    spec = (
        'name: t\nfields: {id: uuid, "a\\n\\u001b[31m": text}\n'
        "patterns:\n  - name: batch_operations\n    operation: clean_t\n"
        "    operation_type: delete\n    where_condition: zzz\n"
    )
    (message,) = diagnose(spec)
    assert message == "spec.yml:7:22: unknown column 'zzz'; 'fields' has id, a\\n\\x1b[31m"


def test_a_wrong_operation_does_not_hide_the_mistakes_of_the_next(
    diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    second = "  - name: batch_operations\n    operation: two\n"
    second += "    operation_type: delete\n    where_condition: nope\n"
    found = diagnose(user("operation_type: [x]") + second)
    assert any("'operation_type' must be" in line for line in found)
    assert any("unknown column 'nope'" in line for line in found)
