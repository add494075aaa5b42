"""What of a command line the parsed project depends on. Runs in the host, where dbt is imported."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click import Context

# Commands that work on the parsed project and have no own way to parse it.
_COMMANDS = (
    "run-operation",
    "run",
    "build",
    "test",
    "seed",
    "snapshot",
    "compile",
    "show",
    "list",
    "ls",
)
# What decides how a project is parsed: a parsed project serves commands with the same.
_DECISIVE = ("project_dir", "profiles_dir", "profile", "target", "vars")
# What is read when a command runs, or when it prints. What is not here may be of matter for parsing.
_OF_NO_MATTER = (
    "args",
    "exclude",
    "fail_fast",
    "log_file_max_bytes",
    "log_format",
    "log_format_file",
    "log_level",
    "log_level_file",
    "log_path",
    "macro",
    "models",
    "output",
    "output_keys",
    "print",
    "printer_width",
    "quiet",
    "resource_types",
    "exclude_resource_types",
    "select",
    "selector",
    "send_anonymous_usage_stats",
    "store_failures",
    "target_path",
    "use_colors",
    "use_colors_file",
    "write_json",
)


@dataclass(frozen=True)
class Options:
    """With which options a project is parsed.

    Attributes:
        project: The project's folder.
        profiles: The folder of ``profiles.yml``.
        profile: The profile, if one is named.
        target: Its target, likewise.
        variables: The project's variables that are given, as YAML.
    """

    project: Path
    profiles: Path
    profile: str | None
    target: str | None
    variables: str

    @property
    def words(self) -> list[str]:
        """The same for dbt's command line."""
        named = {"--profile": self.profile, "--target": self.target}
        return [
            *("--project-dir", str(self.project), "--profiles-dir", str(self.profiles)),
            *(word for name, value in named.items() if value is not None for word in (name, value)),
            *("--vars", self.variables),
        ]


def parse_options(words: list[str]) -> Options | None:
    """Return the options of a command that can be given a parsed project, and ``None`` of any other.

    dbt's own parser reads them, in the folder and the environment of the command.

    Args:
        words: The command line.
    """
    from dbt.cli.flags import args_to_context

    try:
        context = args_to_context(list(words))
    except (Exception, SystemExit):
        # dbt will say what is wrong with it, or is only asked for help.
        return None
    values = _values(context)
    if context.info_name not in _COMMANDS or _parses_its_own_way(values) or _is_odd(context):
        return None
    project = Path(os.path.abspath(values["project_dir"]))  # noqa: PTH100 - a link stays a link
    if (project / "catalogs.yml").exists():
        # dbt takes them over only when it parses.
        return None
    return Options(
        project=project,
        profiles=Path(os.path.abspath(values["profiles_dir"])),  # noqa: PTH100
        profile=values.get("profile"),
        target=values.get("target"),
        variables=yaml.safe_dump(values.get("vars") or {}, allow_unicode=True),
    )


def _contexts(context: Context | None) -> Iterator[Context]:
    while context is not None:
        yield context
        context = context.parent


def _values(context: Context) -> dict[str, Any]:
    """Return the parameters; those of the command stand above what the environment says to dbt as a whole."""
    values: dict[str, Any] = {}
    for one in _contexts(context):
        for name, value in one.params.items():
            if name not in values or one.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                values[name] = value
    return values


def _parses_its_own_way(values: dict[str, Any]) -> bool:
    """Return whether it has to write down what it parses, or may not begin with what was parsed."""
    return (
        bool(values.get("write_json"))
        or values.get("partial_parse") is False
        or bool(values.get("partial_parse_file_path"))
    )


def _is_odd(context: Context) -> bool:
    """Return whether something is given for which a parsed project may not be what dbt would make of it."""
    return any(
        one.get_parameter_source(name) is ParameterSource.COMMANDLINE
        and name not in _DECISIVE
        and name not in _OF_NO_MATTER
        for one in _contexts(context)
        for name in one.params
    )
