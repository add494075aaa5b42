"""An operation that selects: its rows are written into a file by a client that may die."""


def perform_export() -> None: ...
