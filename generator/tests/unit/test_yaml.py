"""YAML as people expect it: the core schema of YAML 1.2."""

from __future__ import annotations

from typing import Any

import pytest

from dbt_batch_ops.spec.document import parse_document
from dbt_batch_ops.spec.yaml_loader import DEEPEST_NESTING


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: on", {"a": "on"}),
        ("a: no", {"a": "no"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: False", {"a": False}),
        ("a: 2024-01-31", {"a": "2024-01-31"}),
        ("a: 2024-01-31 12:00:00", {"a": "2024-01-31 12:00:00"}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: 012", {"a": 12}),
        ("a: 0o14", {"a": 12}),
        ("a: 0x1F", {"a": 31}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 1.50", {"a": 1.5}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: -.5", {"a": -0.5}),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: null", {"a": None}),
        ("a: =", {"a": "="}),
        ("a: !!str 5", {"a": "5"}),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Any) -> None:
    document = parse_document(text, "spec.yml")
    assert document.diagnostics == []
    assert document.data == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{month: :target_month}", {"month": ":target_month"}),
        ("{a: :b, c: [:d, :e]}", {"a": ":b", "c": [":d", ":e"]}),
        ('{"a":1}', {"a": 1}),
        ('{"a": :b}', {"a": ":b"}),
        ("[a:b]", ["a:b"]),
        ("{a: b::c}", {"a": "b::c"}),
        ("a: :b", {"a": ":b"}),
        ("{a: {b: c}}", {"a": {"b": "c"}}),
    ],
)
def test_a_value_may_begin_with_a_colon(text: str, value: Any) -> None:
    document = parse_document(text, "spec.yml")
    assert document.diagnostics == []
    assert document.data == value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\na: 2", "2:1: duplicate key 'a'; it is already on line 1"),
        ("a:\n\tb: 1", "2:1: a tab cannot indent YAML; use spaces"),
        ("1: a", "1:1: a key must be text; write '1' in quotes if it is a name"),
        ("? [a]\n: b", "1:3: a key must be text, not a mapping or a list"),
        ("a: &x [*x]", "1:4: an alias that contains itself, or more values than a spec can need"),
        ("a: *x", "1:4: not valid YAML: found undefined alias 'x'"),
        ("a: 1e999", "1:4: '1e999' cannot be read as a YAML float"),
        ("a: " + "1" * 5000, f"1:4: '{'1' * 57}...' cannot be read as a YAML int"),
        ("a\x07: b", "1:2: character U+0007 is not allowed in YAML"),
        (
            "%YAML 3.0\n---\na: b",
            "1:1: not valid YAML: found incompatible YAML document (version 1.* is required)",
        ),
    ],
)
def test_what_is_not_valid_is_named_with_its_place(text: str, problem: str) -> None:
    assert str(parse_document(text, "spec.yml").diagnostics[0]) == f"spec.yml:{problem}"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "{", "&a [", "? "])
def test_hostile_nesting_is_refused_at_once(opening: str) -> None:
    document = parse_document(opening * 20_000, "spec.yml")
    assert document.diagnostics


def test_too_deep_nesting_is_shown_where_it_begins() -> None:
    (diagnostic,) = parse_document("a:\n" + "[" * 200, "spec.yml").diagnostics
    assert str(diagnostic).startswith(f"spec.yml:2:{DEEPEST_NESTING}: not valid YAML: nested more than")


def test_nesting_as_deep_as_allowed_is_read() -> None:
    depth = DEEPEST_NESTING - 1
    assert parse_document("[" * depth + "]" * depth, "spec.yml").diagnostics == []


def test_an_alias_bomb_does_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    document = parse_document("\n".join(lines), "spec.yml")
    assert "more values than a spec can need" in document.diagnostics[0].message


def test_line_ends_of_windows_do_not_shift_positions() -> None:
    document = parse_document("a: 1\r\nb: 2\r\nb: 3\r\n", "spec.yml")
    assert str(document.diagnostics[0]).startswith("spec.yml:3:1: ")
