"""Delta tables as they are on the disk, read without the server: the log is JSON, the data Parquet."""

import json
from pathlib import Path

import pyarrow.parquet


class DeltaTable:
    """A table in a folder. Its log is read from the first version, so it must not have been cleaned up."""

    def __init__(self, location: Path):
        self.location = location

    @property
    def log(self) -> Path:
        return self.location / "_delta_log"

    def commit_files(self) -> list[Path]:
        """The files of its commits, oldest first."""
        return sorted(self.log.glob("*.json"))

    @property
    def version(self) -> int:
        return int(self.commit_files()[-1].stem)

    def _actions(self):
        for file in self.commit_files():
            for line in file.read_text().splitlines():
                yield json.loads(line)

    def commits(self, text: str = "") -> list[dict]:
        """The ``commitInfo`` of those commits that have a text in it."""
        found = [action["commitInfo"] for action in self._actions() if "commitInfo" in action]
        return [commit for commit in found if text in json.dumps(commit)]

    def rows(self) -> list[dict]:
        """All rows of the newest version."""
        files: set[str] = set()
        for action in self._actions():
            if "add" in action:
                assert not action["add"].get("deletionVector"), "rows are deleted by vectors; read them first"
                files.add(action["add"]["path"])
            if "remove" in action:
                files.discard(action["remove"]["path"])
        rows: list[dict] = []
        for file in sorted(files):
            rows += pyarrow.parquet.ParquetFile(self.location / file).read().to_pylist()
        return rows
