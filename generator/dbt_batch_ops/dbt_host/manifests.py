"""The projects that a host has parsed, each kept for as long as parsing it again would give the same.

A command is given one when nothing differs that dbt could have read: files, environment, options. Any other
command is left to parse by itself, as a dbt does that nobody has prepared.
"""

from __future__ import annotations

import gc
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from dbt_batch_ops.dbt_host.child import run_apart
from dbt_batch_ops.dbt_host.files import Files
from dbt_batch_ops.dbt_host.options import Options, parse_options

_MOST = 8
# Ten megabytes each; what dbt leaves behind in circles is only looked for once in a while.
_PARSES_BETWEEN_CLEANINGS = 8
# Where a command writes, and how the terminal looks. The rest may stand in a model.
_OF_NO_MATTER = (
    "_",
    "COLUMNS",
    "DBT_LOG_PATH",
    "DBT_TARGET_PATH",
    "LINES",
    "OLDPWD",
    "PWD",
    "SHLVL",
    "TERM",
)
_OF_THE_PACKAGE = "DBT_BATCH_OPS_"
_SKIPS_PARSING = "PartialParsingSkipParsing"
_QUIETLY = (
    "--partial-parse",
    "--partial-parse-file-diff",
    "--quiet",
    "--no-write-json",
    "--no-send-anonymous-usage-stats",
    "--log-level-file",
    "none",
)
# dbt parses with threads, which a fork does not have and would wait for. So that is done apart, and the host
# only reads what came of it, whatever has become of the files.
_AS_IT_WAS_PARSED = "--no-partial-parse-file-diff"


@dataclass(frozen=True)
class _Key:
    options: Options
    environment: frozenset[tuple[str, str]]
    files: bytes


class Manifests:
    """Finds a parsed project for a command, or parses one.

    Args:
        folder: A folder of the host's own.
        run_variables: How the names of variables begin that the projects read only when something runs.
    """

    def __init__(self, folder: Path, run_variables: Sequence[str]) -> None:
        self._folder = folder
        self._run_variables = (*run_variables, _OF_THE_PACKAGE)
        self._files = Files()
        self._known: OrderedDict[_Key, Any] = OrderedDict()
        self._parses = 0

    def find(self, words: list[str]) -> Any:
        """Return dbt's manifest for a command; ``None`` leaves it to the command to make one.

        Args:
            words: The command line. Folder and environment of this process are those of the command.
        """
        options = parse_options(words)
        key = self._key(options) if options else None
        if options is None or key is None:
            return None
        if key not in self._known:
            manifest = self._parse(key)
            if self._key(options) != key:
                # Somebody writes files right now.
                return None
            self._known[key] = manifest
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _key(self, options: Options) -> _Key | None:
        files = self._files.fingerprint(options.project, options.profiles)
        environment = frozenset(item for item in os.environ.items() if not self._is_of_no_matter(item[0]))
        return _Key(options, environment, files) if files else None

    def _is_of_no_matter(self, variable: str) -> bool:
        return variable in _OF_NO_MATTER or variable.startswith(self._run_variables)

    def _parse(self, key: _Key) -> Any:
        """Return the manifest, or ``None`` when commands have to parse by themselves."""
        from dbt.cli.main import dbtRunner
        from dbt.deprecations import reset_deprecations

        self._clean_up()
        # What dbt has parsed with other options or another profile it does not go on with.
        setting = repr((key.options, sorted(key.environment)))
        folder = str(self._folder / sha256(setting.encode()).hexdigest()[:16])
        places = ("--target-path", folder, "--log-path", folder)
        told: list[str] = []
        warnings: list[str] = []
        words = [*_QUIETLY, "parse", *key.options.words, *places]
        if run_apart(words) != 0:
            return None
        runner = dbtRunner(callbacks=[lambda event: _note(event, told, warnings)])
        words[words.index("--partial-parse-file-diff")] = _AS_IT_WAS_PARSED
        result = runner.invoke(words)
        # They are told once in a process, and that is the command's to do.
        reset_deprecations()  # type: ignore[no-untyped-call]
        manifest: Any = result.result if result.success else None
        is_whole = manifest is not None and _SKIPS_PARSING in told
        if not is_whole or warnings or self._has_read_what_changes(manifest.env_vars):
            return None
        # What stays the same need not be looked at by each command's garbage collector, and so stays shared.
        gc.freeze()
        return manifest

    def _clean_up(self) -> None:
        self._parses += 1
        if self._parses % _PARSES_BETWEEN_CLEANINGS == 0:
            gc.unfreeze()
            gc.collect()

    def _has_read_what_changes(self, variables: Mapping[str, Any]) -> bool:
        return any(self._is_of_no_matter(name) for name in variables)


def _note(event: Any, told: list[str], warnings: list[str]) -> None:
    """Note what dbt tells, and what of it each command would say that parses; I stands for that in dbt."""
    told.append(event.info.name)
    if event.info.level in ("warn", "error") and event.info.code.startswith("I"):
        warnings.append(event.info.name)
