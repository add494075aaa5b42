"""Keys of the language whose behaviour comes in a later version.

The whole language is read and checked, so that a spec can be written once. What this version does not do is
said wherever a spec asks for it. A warning is enough where less happens than the spec allows for, as one
message instead of ten; a key whose promise would be broken without it is refused, because a promise that is
not kept is worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dbt_batch_ops.spec.diagnostics import Severity


def _any(value: Any) -> bool:
    return True


def _is_on(value: Any) -> bool:
    return value is True


def _differs(usual: str) -> Callable[[Any], bool]:
    return lambda value: value != usual


@dataclass(frozen=True)
class Later:
    """What happens in this version in place of what a key asks for.

    Attributes:
        instead: What happens, after the key and a colon.
        concerns: Whether a value asks for more than this version does.
        severity: Whether a spec with it can be generated.
    """

    instead: str
    concerns: Callable[[Any], bool] = _any
    severity: Severity = Severity.WARNING


_NOBODY_TOLD = "nobody is told; the exit code of dbt run-operation says how a run ended"
_NO_MODEL = "no model of that name is made; the ledger has every batch"

LATER: Mapping[str, Later] = {
    "progress_tracking": Later(
        "progress is always recorded, because a run is resumed by it; leave it out",
        lambda value: value is False,
        Severity.ERROR,
    ),
    "progress_notification_interval": Later("a progress line is printed about every second"),
    "logging_level": Later("every batch is recorded, whatever the level", _differs("standard")),
    "log_table": Later(_NO_MODEL),
    "collect_metrics": Later("no metrics are recorded; the ledger has every batch", _is_on),
    "metrics_table": Later(_NO_MODEL),
    "notify_on_completion": Later(_NOBODY_TOLD, _is_on),
    "notification_channels": Later(_NOBODY_TOLD),
    "notification_message": Later(_NOBODY_TOLD),
}
"""The keys, and what this version does in place of what they ask for."""


def later(key: str, value: Any) -> Later | None:
    """Return what happens in place of what a key asks for, or ``None`` when this version does what it says.

    Args:
        key: A key of the language.
        value: Its value, of the right type.
    """
    found = LATER.get(key)
    return found if found is not None and found.concerns(value) else None


def later_message(key: str, value: Any, what: Later) -> str:
    """Return what a person reads about a key whose behaviour comes later.

    Args:
        key: The key.
        value: Its value.
        what: What ``later`` returned for them.
    """
    written = str(value).lower() if isinstance(value, bool) else str(value)
    shown = f"`{key}: {written}`" if isinstance(value, (bool, int, str)) and len(written) < 30 else f"`{key}`"
    if what.severity is Severity.ERROR:
        return f"{shown} is not supported yet: {what.instead}"
    return f"{shown}: in this version {what.instead}"


def later_sentence(key: str) -> str:
    """Return the sentence about a key of ``LATER`` for documentation."""
    what = LATER[key]
    return f"{'Not supported yet' if what.severity is Severity.ERROR else 'In this version'}: {what.instead}."
