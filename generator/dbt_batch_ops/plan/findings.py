"""What is wrong with a spec for one engine only: kept back until all of it has been read."""

from __future__ import annotations

from dbt_batch_ops.spec.diagnostics import Position, Severity
from dbt_batch_ops.spec.document import Document


class Findings:
    """Findings that do not stop the reading, so that all of them are told at once.

    A mistake in a spec keeps an operation from being typed and translated; a lack of the engine does not.
    """

    def __init__(self, document: Document) -> None:
        """Collect for one file."""
        self._document = document
        self._found: list[tuple[Severity, Position, str]] = []

    def error(self, position: Position, message: str) -> None:
        """Record something that the engine cannot do."""
        self._found.append((Severity.ERROR, position, message))

    def warning(self, position: Position, message: str) -> None:
        """Record something that the engine does differently."""
        self._found.append((Severity.WARNING, position, message))

    def tell(self) -> bool:
        """Hand everything over to the document; return whether there was an error."""
        for severity, position, message in self._found:
            if severity is Severity.ERROR:
                self._document.error(position, message)
            else:
                self._document.warning(position, message)
        return any(severity is Severity.ERROR for severity, _, _ in self._found)
