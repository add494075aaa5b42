"""sqlfluff, as a user's CI runs it."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.commands.project import REPOSITORY


@dataclass(frozen=True)
class Violation:
    """One finding of ``sqlfluff lint``."""

    file: str
    line: int
    code: str
    description: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code} {self.description}"


def listed(violations: list[Violation]) -> str:
    """Return findings as text, one a line: empty when there is none."""
    return "\n".join(map(str, violations))


def lint(folder: Path, *options: str, environment: Mapping[str, str] | None = None) -> list[Violation]:
    """Run ``sqlfluff lint`` in a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "--format", "json", *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    return [
        Violation(file["filepath"], violation["start_line_no"], violation["code"], violation["description"])
        for file in json.loads(done.stdout)
        for violation in file["violations"]
    ]


def lint_rendered(folder: Path, statements: Mapping[str, str]) -> list[Violation]:
    """Lint SQL as the database gets it, with this repository's rules."""
    for name, statement in statements.items():
        (folder / f"{name}.sql").write_text(statement.rstrip() + "\n")
    config = ("--config", str(REPOSITORY / ".sqlfluff"), "--dialect", "postgres", "--templater", "raw")
    return lint(folder, *config, "--processes", "2", ".")
