"""Whatever a spec contains, the answer is a list of messages with positions, never a traceback."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dbt_batch_ops.plan.build import build_plans
from dbt_batch_ops.render.files import render
from dbt_batch_ops.spec.diagnostics import Severity
from dbt_batch_ops.spec.document import parse_document
from dbt_batch_ops.spec.model import OPERATION_TYPES, Entity, Operation, Parameter, Step
from dbt_batch_ops.spec.read import diagnostics_of, read_spec, read_specs
from dbt_batch_ops.sql.expression import parse_expression
from dbt_batch_ops.sql.lexer import SqlError

SPECS = [
    path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[1] / "golden").glob("*/*.yml"))
]
LINE = re.compile(r"spec\.yml:[1-9]\d*:[1-9]\d*: \S.*")


def answer(text: str) -> None:
    """Run everything that ``generate`` does, and check the form of what it says."""
    spec = read_spec(parse_document(text, "spec.yml"))
    plans = build_plans([spec])
    found = diagnostics_of([spec])
    for diagnostic in found:
        line = str(diagnostic)
        assert LINE.fullmatch(line), line
        assert line.isprintable(), line
        assert diagnostic.position.line <= text.count("\n") + text.count("\r") + 1, line
    if not any(diagnostic.severity is Severity.ERROR for diagnostic in found):
        for file in render(plans):
            file.text.encode("utf-8")


KEYS = sorted(
    {
        *Entity.model_fields,
        *Operation.model_fields,
        *Parameter.model_fields,
        *Step.model_fields,
        "sql",
        "value",
    }
)
WORDS = [
    *("id", "status", "update", "delete", "steps", "range", "keys", "batch_operations", "text[]", "uuid"),
    *("insert", "upsert", "select", "custom_function", "csv_file", "csv_column_1", "name", "output"),
    *(":rows", ":rows.id", ":user_ids", ':rows."x y"', "count(*) > 0", "stop_on_error", "app.f"),
    *("NOW()", ":p", ":a.b", "id = ANY(:p)", "status IN (:p) AND id = :q", "a; b", "((", "'", "/*"),
    *(
        "30 minutes",
        "refuse",
        "source('a', 'b')",
        "{{ x }}",
        "%}",
        "#}",
        "\x00",
        "\u2028",
        "\x85",
        "😀",
        "\\",
    ),
]
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(WORDS)
)
keys = st.sampled_from(KEYS) | st.sampled_from(WORDS) | st.text(max_size=5)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(st.sampled_from(["id", "status", "x"]), scalars, min_size=1, max_size=3)
types = st.sampled_from(OPERATION_TYPES)
likely: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("update_data", "insert_data", "upsert_data", "field_mapping", "input"), mappings),
    "where_condition": st.sampled_from(WORDS),
    "conflict_target": st.sampled_from(["id", "status"]),
    "select_fields": st.lists(st.sampled_from(["id", "status", "x"]), min_size=1, max_size=3),
    "data_source": st.sampled_from([":rows", "csv_file"]),
    "validation_rules": st.lists(st.sampled_from(WORDS), max_size=2),
    "function": st.sampled_from(["f", "app.f"]),
    "output": st.sampled_from(["rows", "them"]),
    "depends_on": st.sampled_from(["a", "c", "d"]),
    "name": st.sampled_from(["a", "c", "d"]),
    "csv_has_header": st.booleans(),
}
steps = st.fixed_dictionaries(
    {"name": likely["name"], "operation_type": types},
    optional={key: own for key, own in likely.items() if key != "name"},
)
operations = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(Operation.model_fields, values),
).map(
    lambda given_keys: {
        "name": "batch_operations",
        "operation": "x",
        "operation_type": "update",
        **given_keys,
    }
)
# Shrinking a whole spec takes minutes; the seed is printed, and the failing text is in the message.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
quick = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)


@quick
@given(st.text())
def test_any_text(text: str) -> None:
    answer(text)


@quick
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t\\u0", max_size=60))
def test_text_of_yaml_indicators(text: str) -> None:
    answer(text)


@quick
@given(st.binary(max_size=200))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "spec.yml"
    file.write_bytes(raw)
    specs = read_specs([(file, "spec.yml")])
    build_plans(specs)
    assert all(LINE.fullmatch(str(diagnostic)) for diagnostic in diagnostics_of(specs))


@quick
@given(values)
def test_any_yaml_value(value: Any) -> None:
    answer(yaml.safe_dump(value, allow_unicode=True))


@quick
@given(
    st.dictionaries(st.sampled_from(["name", "fields", "relation", "key", "patterns"]), values),
    st.lists(operations, max_size=2),
)
def test_any_values_for_the_keys_of_the_language(header: dict[str, Any], patterns: list[Any]) -> None:
    entity = {"name": "user", "fields": {"id": "uuid", "status": "text"}, **header, "patterns": patterns}
    answer(yaml.safe_dump(entity, allow_unicode=True, sort_keys=False))


@settings(quick, max_examples=300)
@given(st.lists(steps, min_size=1, max_size=5), st.lists(st.sampled_from(WORDS), max_size=2))
def test_any_steps(written: list[dict[str, Any]], preconditions: list[str]) -> None:
    keys = {"preconditions": preconditions} if preconditions else {}
    operation = {"name": "batch_operations", "operation": "x", "steps": written, **keys}
    entity = {"name": "user", "fields": {"id": "uuid", "status": "text"}, "patterns": [operation]}
    answer(yaml.safe_dump(entity, allow_unicode=True, sort_keys=False))
    single = {**written[0], "name": "batch_operations", "operation": "x", **keys}
    single = {key: value for key, value in single.items() if key not in ("output", "depends_on")}
    answer(yaml.safe_dump({**entity, "patterns": [single]}, allow_unicode=True, sort_keys=False))


@settings(quick, max_examples=400)
@given(st.data())
def test_damaged_specs(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SPECS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 12)))
        text = (
            text[:start]
            + data.draw(st.sampled_from([*WORDS, *KEYS, "", "\n", "  ", ": ", "- "]))
            + text[end:]
        )
    answer(text)


SQL_WORDS = """
    id status "a" 'x' :p ( ) [ ] , = any in and or not :: text select from case when then end 1 1.5
    -- /* */ $$ $1 ; * . interval between is null array cast as with over E' ' " || ->> ? @> : :=
    exists \\ update delete :p.q :p(
"""


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SQL_WORDS.split()), max_size=14), st.sampled_from(["", " ", "\n"]))
def test_any_sequence_of_sql_words_is_an_expression_or_an_error(words: list[str], between: str) -> None:
    sql = between.join(words)
    try:
        refused = None
        parse_expression(sql)
    except SqlError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.offset <= len(sql)
        assert refused.message.isprintable()
