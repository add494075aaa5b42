"""A copy of this dbt project for one test process, in which tests may add specs and macros."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.reference.document import DOCUMENT, complete_specs, with_header

REPOSITORY = Path(__file__).resolve().parents[3]
_PARTS = ("dbt_project.yml", "packages.yml", "profiles.yml", "macros", "models", "batch_operations")


class ProjectFolder:
    """A folder with a dbt project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def generate(self, *arguments: str) -> str:
        """Run ``dbt-batch-ops generate`` in it; a failure is an AssertionError with its output."""
        done = subprocess.run(
            [sys.executable, "-m", "dbt_batch_ops", "generate", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


class Project(ProjectFolder):
    """A dbt project that includes the package as a user's would, with the specs of the reference document."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for part in _PARTS:
            source = REPOSITORY / "integration_tests" / part
            if source.is_dir():
                shutil.copytree(source, folder / part)
            elif source.exists():
                shutil.copy(source, folder / part)
        if DOCUMENT.is_file():
            for operation, block in complete_specs().items():
                self.write(f"batch_operations/reference_{operation}.yml", with_header(block))
        packages = folder / "packages.yml"
        packages.write_text(packages.read_text().replace("local: ../", f"local: {REPOSITORY}"))

    def generate(self, *arguments: str, with_graph: bool = False) -> str:
        """Generate what the specs say.

        Exposures and models are left out unless a test is about them: they take a sixth of each start of dbt.
        """
        said = super().generate(*arguments)
        if not with_graph:
            shutil.rmtree(self.folder / "models" / "batch_ops", ignore_errors=True)
        return said

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Bring specs and macros back to what they are now, whatever happens to them meanwhile."""
        saved = {part: self._files(part) for part in ("macros", "models", "batch_operations")}
        try:
            yield
        finally:
            for part, before in saved.items():
                for path, text in self._files(part).items():
                    if path not in before:
                        path.unlink()
                    elif before[path] != text:
                        path.write_text(before[path])
                for path in before.keys() - self._files(part).keys():
                    path.write_text(before[path])

    def _files(self, part: str) -> dict[Path, str]:
        return {path: path.read_text() for path in (self.folder / part).rglob("*") if path.is_file()}
