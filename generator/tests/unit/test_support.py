"""Every key of the language is acted on or refused, never ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dbt_batch_ops.spec.model import OPERATION_TYPES, Operation, Parameter, Step
from dbt_batch_ops.spec.support import (
    SUPPORTED_INSTEAD,
    SUPPORTED_KEYS,
    SUPPORTED_OPERATION_TYPES,
    SUPPORTED_PARAMETER_KEYS,
)

UNSUPPORTED_KEYS = sorted(set(Operation.model_fields) - SUPPORTED_KEYS)
UNSUPPORTED_PARAMETER_KEYS = sorted(set(Parameter.model_fields) - SUPPORTED_PARAMETER_KEYS)


def with_key(spec: str, key: str, value: Any) -> str:
    return spec + f"    {key}: {json.dumps(value)}\n"


def example(key: str) -> Any:
    (value, *_) = Operation.model_fields[key].examples or [None]
    return value


@pytest.mark.parametrize("key", UNSUPPORTED_KEYS)
def test_a_key_of_a_later_version_is_refused_where_it_stands(
    key: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    spec = with_key(user("operation_type: delete\nwhere_condition: 'true'"), key, example(key))
    line = spec.count("\n")
    assert f"spec.yml:{line}:5: `{key}` is not supported yet" in "\n".join(diagnose(spec))
    assert all(": `" in message or "exclude each other" in message for message in diagnose(spec))


@pytest.mark.parametrize("key", [key for key in UNSUPPORTED_KEYS if key != "input"])  # takes any value
def test_a_key_of_a_later_version_is_checked_for_its_type(
    key: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    spec = with_key(user("operation_type: delete\nwhere_condition: 'true'"), key, [[]])
    line = spec.count("\n")
    assert f"spec.yml:{line}:" in "\n".join(diagnose(spec))
    assert f"'{key}' must " in "\n".join(diagnose(spec))


@pytest.mark.parametrize("key", UNSUPPORTED_PARAMETER_KEYS)
def test_a_key_of_a_parameter_of_a_later_version_is_refused(
    key: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    spec = user(
        f"operation_type: delete\nwhere_condition: id = ANY(:ids)\nparameters: {{ids: {{{key}: true}}}}"
    )
    assert f"`{key}` is not supported yet" in "\n".join(diagnose(spec))


@pytest.mark.parametrize("operation_type", sorted(set(OPERATION_TYPES) - set(SUPPORTED_OPERATION_TYPES)))
def test_an_operation_type_of_a_later_version_is_refused(
    operation_type: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    assert diagnose(user(f"operation_type: {operation_type}")) == [
        (
            f"spec.yml:15:21: `operation_type: {operation_type}` is not supported yet "
            "(supported in this version: update, delete)"
        )
    ]


@pytest.mark.parametrize(("key", "value"), [("parallel", "true"), ("progress_tracking", "false")])
def test_the_other_value_of_a_switch_is_refused(
    key: str, value: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    (message,) = diagnose(user(f"operation_type: delete\nwhere_condition: 'true'\n{key}: {value}"))
    assert f"`{key}: {value}` is not supported yet" in message


@pytest.mark.parametrize("key", sorted(SUPPORTED_KEYS))
def test_a_supported_key_is_accepted(
    key: str, diagnose: Callable[[str], list[str]], user: Callable[..., str]
) -> None:
    needed = {"on_limit": "\nmax_records: 5", "where_condition": "", "parameters": ""}.get(key, "")
    values = {"where_condition": "id = ANY(:ids)", "parameters": {"credits": {"type": "integer"}}}
    base = (
        "" if key in ("operation_type", "update_data") else "operation_type: update\nupdate_data: {status: x}"
    )
    condition = "\nwhere_condition: credits > :credits" if key == "parameters" else ""
    if key in ("name", "operation"):
        spec = user(base)
    elif key in ("operation_type", "update_data"):
        spec = user("operation_type: update\nupdate_data: {status: x}")
    else:
        spec = with_key(user(base + condition + needed), key, values.get(key, example(key)))
    assert diagnose(spec) == []


def test_every_key_is_either_supported_or_says_what_to_use_instead() -> None:
    everything = set(Operation.model_fields) | set(Parameter.model_fields)
    assert everything == SUPPORTED_KEYS | SUPPORTED_PARAMETER_KEYS | set(SUPPORTED_INSTEAD)
    assert SUPPORTED_KEYS.isdisjoint(SUPPORTED_INSTEAD)


@pytest.mark.parametrize("model", [Operation, Step, Parameter])
def test_every_key_says_what_it_means_and_shows_a_value(model: type[Operation | Step | Parameter]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
        assert field.examples, name
