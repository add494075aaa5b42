"""The engines for which statements can be generated."""

from __future__ import annotations

POSTGRES = "postgres"
"""The engine that specs are written for, and the one without a setting."""

DUCKDB = "duckdb"
SPARK = "spark"

ENGINES = (POSTGRES, DUCKDB, SPARK)

_SHOWN = {POSTGRES: "PostgreSQL", DUCKDB: "DuckDB", SPARK: "Spark"}


def shown_engine(engine: str) -> str:
    """Return the name of an engine for a message.

    Args:
        engine: One of ``ENGINES``.
    """
    return _SHOWN[engine]
