"""Scenarios that people write themselves, and rows and arguments in place of those that are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dbt_batch_ops.plan.scenarios import ACTS, EXPECTATIONS, HEADINGS, Act, Scenario
from dbt_batch_ops.render.files import MARK
from dbt_batch_ops.spec.diagnostics import suggestion

_FILE = ("operation", "rows", "arguments", "scenarios")
_SCENARIO = ("scenario", "heading", "given", "settings", "acts", "skipped")
_ACT = ("do", "arguments", "workers", "expect")
_GIVEN = ("refused_rows", "invalid_rows", "held", "broken_precondition")
_SETTINGS = ("batch_size", "timeout_seconds", "max_records", "max_errors")
_MARK_WITHIN = 200


class ScenarioFileError(ValueError):
    """A file of scenarios has a mistake; the message says where and what to write."""


@dataclass
class Own:
    """What a project says of an operation.

    Attributes:
        rows: The rows of its table, in place of made ones; ``None`` to make them.
        arguments: Arguments in place of made ones.
        scenarios: Scenarios on top of those of the catalogue.
    """

    rows: Sequence[Mapping[str, Any]] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    scenarios: list[Scenario] = field(default_factory=list)


def read_own(folder: Path, operations: Iterable[str]) -> dict[str, Own]:
    """Return what a project's own files say, by operation. Generated files are left out.

    Args:
        folder: Where they are.
        operations: The operations of the project.

    Raises:
        ScenarioFileError: A file has a mistake.
    """
    names = list(operations)
    found: dict[str, Own] = {}
    for path in sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")]):
        text = path.read_text(encoding="utf-8")
        if MARK in text[:_MARK_WITHIN]:
            continue
        try:
            content = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ScenarioFileError(f"{path}: {' '.join(str(error).split())}") from error
        _read(str(path), content, names, found)
    return found


def _read(path: str, content: Any, names: list[str], found: dict[str, Own]) -> None:
    mapping = _mapping(path, content, _FILE)
    name = mapping.get("operation")
    if name not in names:
        advice = suggestion(str(name), names) if name is not None else ""
        raise ScenarioFileError(f"{path}: there is no operation '{name}'{advice}")
    own = found.setdefault(str(name), Own())
    rows = mapping.get("rows")
    if rows is not None:
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ScenarioFileError(f"{path}: 'rows' must be a list of mappings of columns to values")
        own.rows = rows
    own.arguments = _mapping(f"{path}: arguments", mapping.get("arguments") or {}, None)
    written = mapping.get("scenarios") or []
    if not isinstance(written, list):
        raise ScenarioFileError(f"{path}: 'scenarios' must be a list")
    for place, entry in enumerate(written, 1):
        own.scenarios.append(_scenario(f"{path}: scenario {place}", entry))


def _scenario(where: str, entry: Any) -> Scenario:
    mapping = _mapping(where, entry, _SCENARIO)
    if not isinstance(mapping.get("scenario"), str):
        raise ScenarioFileError(f"{where}: missing 'scenario', which says what has to hold")
    acts = mapping.get("acts")
    if not isinstance(acts, list) or not acts:
        raise ScenarioFileError(f"{where}: missing 'acts', a list of what is done")
    return Scenario(
        heading=_word(where, mapping.get("heading", HEADINGS[0]), HEADINGS),
        name=str(mapping["scenario"]),
        acts=tuple(_act(f"{where}, act {place}", act) for place, act in enumerate(acts, 1)),
        settings=_mapping(f"{where}: settings", mapping.get("settings") or {}, _SETTINGS),
        given=_mapping(f"{where}: given", mapping.get("given") or {}, _GIVEN),
        skipped=mapping.get("skipped"),
    )


def _act(where: str, entry: Any) -> Act:
    mapping = _mapping(where, entry, _ACT)
    expect = mapping.get("expect") or []
    if not isinstance(expect, list):
        raise ScenarioFileError(f"{where}: 'expect' must be a list of words")
    workers = mapping.get("workers", 1)
    if not isinstance(workers, int) or workers < 1:
        raise ScenarioFileError(f"{where}: 'workers' must be a number of sessions")
    return Act(
        do=_word(where, mapping.get("do"), ACTS),
        expect=tuple(_word(where, word, EXPECTATIONS) for word in expect),
        arguments=_mapping(f"{where}: arguments", mapping.get("arguments") or {}, None),
        workers=workers,
    )


def _mapping(where: str, value: Any, allowed: Sequence[str] | None) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioFileError(f"{where}: must be a mapping")
    for key in value:
        if allowed is not None and key not in allowed:
            near = suggestion(str(key), allowed) or f"; known are {', '.join(allowed)}"
            raise ScenarioFileError(f"{where}: unknown key '{key}'{near}")
    return value


def _word(where: str, value: Any, words: Iterable[str]) -> str:
    known = list(words)
    if value not in known:
        near = suggestion(str(value), known) or f"; known are {', '.join(known)}"
        raise ScenarioFileError(f"{where}: unknown word '{value}'{near}")
    return str(value)
