"""docs/specification.md says what the model says. ``--update-golden`` writes its tables anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dbt_batch_ops.spec.model import Entity, Operation, Parameter, SpecModel, Step, Work
from dbt_batch_ops.spec.schema import json_schema

DOCUMENT = Path(__file__).parents[3] / "docs" / "specification.md"
WORK = tuple(Work.model_fields)
SHOWN: dict[type[SpecModel], tuple[str, ...]] = {
    Entity: tuple(Entity.model_fields),
    Work: WORK,
    Operation: tuple(key for key in Operation.model_fields if key not in WORK),
    Parameter: tuple(Parameter.model_fields),
    Step: tuple(key for key in Step.model_fields if key not in WORK),
}
"""The keys of each table: what an operation and a step share is in one of its own."""
YAML_BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*/spec.yml"))


def type_of(schema: dict[str, Any]) -> str:
    """What a key takes, in words."""
    if "enum" in schema:
        return ", ".join(f"`{word}`" for word in schema["enum"])
    if "anyOf" in schema:
        return "name or list of names"
    words = {
        "integer": f"whole number, {schema.get('minimum')} or more",
        "boolean": "`true` or `false`",
        "string": "text",
        "array": "list",
        "object": "mapping",
        None: "any value",
    }
    return words[schema.get("type")]


def table(model: type[SpecModel]) -> str:
    """The keys of a mapping, as a table."""
    schema = json_schema()
    defined = Operation if model is Work else model
    properties = (schema if model is Entity else schema["$defs"][defined.__name__])["properties"]
    lines = ["| key | takes | meaning | example |", "|---|---|---|---|"]
    for name in SHOWN[model]:
        field = model.model_fields[name]
        (shown, *_) = field.examples or [None]
        example = yaml.safe_dump({name: shown}, default_flow_style=True, width=1000, sort_keys=False).strip()[
            1:-1
        ]
        lines.append(f"| `{name}` | {type_of(properties[name])} | {field.description} | `{example}` |")
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The document with its tables as they have to be."""
    for model in SHOWN:
        begin, end = f"<!-- begin: {model.__name__} -->\n", f"<!-- end: {model.__name__} -->"
        before, rest = text.split(begin)
        text = before + begin + table(model) + "\n" + end + rest.split(end)[1]
    return text


def test_the_document_has_every_key_with_its_type_and_meaning(request: pytest.FixtureRequest) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        DOCUMENT.write_text(with_tables(text), encoding="utf-8")
        return
    assert text == with_tables(text), "run pytest with --update-golden"


@pytest.mark.parametrize("block", YAML_BLOCKS, ids=range(len(YAML_BLOCKS)))
def test_every_example_of_the_document_is_valid(block: str, diagnose: Callable[[str], list[str]]) -> None:
    assert diagnose(block) == []


def test_the_json_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("spec", GOLDEN, ids=lambda path: path.parent.name)
def test_the_json_schema_accepts_what_the_generator_accepts(
    spec: Path, diagnose: Callable[[str], list[str]]
) -> None:
    from dbt_batch_ops.spec.document import parse_document

    text = spec.read_text(encoding="utf-8")
    if all("warning: " in line or "note: " in line for line in diagnose(text)):
        jsonschema.validate(parse_document(text, "spec.yml").data, json_schema())


@pytest.mark.parametrize(
    "wrong",
    [
        "colour: red",
        "batch_size: 0",
        "batch_size: '5'",
        "operation_type: updat",
        "parallel: 1",
        "max_records: [1]",
    ],
)
def test_the_json_schema_refuses_what_an_editor_can_see(wrong: str, user: Callable[..., str]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(user(f"update_data: {{status: x}}\n{wrong}")), json_schema())
