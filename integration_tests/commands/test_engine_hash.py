"""The engine's hash is written down; this keeps it true."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
WRITTEN = REPOSITORY / "macros" / "engine" / "_engine_hash.sql"


def test_the_written_hash_is_that_of_the_engine(dbt, database):
    output = dbt.run_operation("print_engine_hash").output
    (computed,) = [line.split()[-1] for line in output.splitlines() if line.startswith("engine hash: ")]
    assert f'"{computed}"' in WRITTEN.read_text(), (
        f"the engine was changed: write {computed} into {WRITTEN.name}"
    )
