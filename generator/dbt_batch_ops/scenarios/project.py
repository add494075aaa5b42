"""A dbt project of its own for the scenarios: the operations on scratch tables, and the user's package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.files import render

_PACKAGE = "dbt_batch_ops"
_PROFILE = "batch_ops_scenarios"
_PRIVATE_PROFILE = {
    _PROFILE: {
        "target": "private",
        "outputs": {
            "private": {
                "type": "postgres",
                "host": "{{ env_var('PGHOST') }}",
                "port": "{{ env_var('PGPORT') | int }}",
                "user": "{{ env_var('PGUSER') }}",
                "password": "{{ env_var('PGPASSWORD') }}",
                "dbname": "{{ env_var('PGDATABASE') }}",
                "schema": "public",
                "threads": 1,
            }
        },
    }
}


def find_package(project: Path) -> Path:
    """Return the folder of the package that a dbt project has installed.

    Args:
        project: The user's project.

    Raises:
        DatabaseError: It has not installed it.
    """
    settings = project_settings(project)
    folder = settings.get("packages-install-path") or "dbt_packages"
    package = project / str(folder) / _PACKAGE
    if settings.get("name") == _PACKAGE:
        package = project
    if not (package / "dbt_project.yml").is_file():
        raise DatabaseError(f"the package {_PACKAGE} is not in {project / str(folder)}; run: dbt deps")
    return package.resolve()


def project_settings(project: Path) -> Mapping[str, Any]:
    """Return what is in dbt_project.yml, without its Jinja filled in."""
    try:
        found = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise DatabaseError(f"dbt_project.yml is no YAML: {' '.join(str(error).split())}") from error
    return found if isinstance(found, dict) else {}


def write_project(
    folder: Path, user_project: Path, plans: Iterable[OperationPlan], *, profile: str | None, is_private: bool
) -> None:
    """Write the project.

    Args:
        folder: An empty folder.
        user_project: The user's project.
        plans: The operations, on scratch tables.
        profile: The profile that the user names in place of the project's.
        is_private: Whether it works on a private server, which the environment names.

    Raises:
        DatabaseError: The user's project has not installed the package.
    """
    settings = project_settings(user_project)
    packages = folder / "dbt_packages"
    packages.mkdir()
    (packages / _PACKAGE).symlink_to(find_package(user_project), target_is_directory=True)
    named = _PROFILE if is_private else profile or settings.get("profile") or ""
    own = {
        "name": "batch_ops_scenarios",
        "version": "1.0.0",
        "config-version": 2,
        "profile": named,
        "vars": _settings_of_the_package(settings),
        "flags": {"send_anonymous_usage_stats": False},
    }
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(own), encoding="utf-8")
    if is_private:
        (folder / "profiles.yml").write_text(yaml.safe_dump(_PRIVATE_PROFILE), encoding="utf-8")
    for file in render(plans):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")


def _settings_of_the_package(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the user's variables that the package reads."""
    written = settings.get("vars")
    variables = written if isinstance(written, dict) else {}
    found: dict[str, Any] = {}
    for scope in (variables, variables.get(settings.get("name")), variables.get(_PACKAGE)):
        if isinstance(scope, dict):
            found |= {name: value for name, value in scope.items() if str(name).startswith("batch_ops_")}
    return found
