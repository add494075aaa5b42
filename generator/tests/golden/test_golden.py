"""One folder per case: spec.yml (or several specs), expected/ (what is generated), stderr.txt (what is said).

arguments.txt has further words of the command line, as ``--engine duckdb``.

``pytest generator/tests/golden --update-golden`` writes what the generator says now: read the diff.
"""

from __future__ import annotations

import difflib
import shutil
import sys
from pathlib import Path

import pytest

from dbt_batch_ops.cli.main import main

HERE = Path(__file__).parent
CASES = sorted(path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", ".")))


def generate(case: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """Run the command line over a case; return its exit code and every text it produced."""
    for spec in [*case.glob("*.yml"), *case.glob("*.yaml")]:
        shutil.copy(spec, project / "batch_operations" / spec.name)
    arguments = case / "arguments.txt"
    options = arguments.read_text(encoding="utf-8").split() if arguments.exists() else []
    sys.argv = ["dbt-batch-ops", "generate", "--project-dir", str(project), *options]
    with pytest.raises(SystemExit) as exited:
        main()
    produced = {
        f"expected/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted((project / "macros" / "batch_ops").glob("*"))
    }
    said = capsys.readouterr().err
    if said:
        produced["stderr.txt"] = said
    assert isinstance(exited.value.code, int)
    return exited.value.code, produced


def expected_of(case: Path) -> dict[str, str]:
    files = [*sorted(case.glob("expected/*")), *case.glob("stderr.txt")]
    return {path.relative_to(case).as_posix(): path.read_text(encoding="utf-8") for path in files}


def update(case: Path, produced: dict[str, str]) -> None:
    shutil.rmtree(case / "expected", ignore_errors=True)
    (case / "stderr.txt").unlink(missing_ok=True)
    for name, text in produced.items():
        (case / name).parent.mkdir(exist_ok=True)
        (case / name).write_text(text, encoding="utf-8")


def difference(expected: dict[str, str], produced: dict[str, str]) -> str:
    lines: list[str] = []
    for name in sorted({*expected, *produced}):
        before, after = (texts.get(name, "").splitlines(keepends=True) for texts in (expected, produced))
        lines += difflib.unified_diff(before, after, f"golden/{name}", f"generated/{name}")
    return "".join(lines)


@pytest.mark.parametrize("name", CASES)
def test_the_generator_says_and_writes_what_the_case_expects(
    name: str, project: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    case = HERE / name
    code, produced = generate(case, project, capsys)
    assert (code == 0) == any(key.startswith("expected/") for key in produced), (
        "files exactly when it succeeds"
    )
    if request.config.getoption("--update-golden"):
        update(case, produced)
        return
    diff = difference(expected_of(case), produced)
    if diff:
        pytest.fail(f"{name} differs (--update-golden accepts it):\n{diff}", pytrace=False)


def test_every_case_that_expects_nothing_expects_an_error_with_a_position() -> None:
    for name in CASES:
        expected = expected_of(HERE / name)
        if not any(key.startswith("expected/") for key in expected):
            assert "batch_operations/" in expected["stderr.txt"], name
