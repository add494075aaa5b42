"""When a project that was parsed once is still the same: its files, and the options of a command."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from dbt_batch_ops.dbt_host.files import Files
from dbt_batch_ops.dbt_host.options import parse_options


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name in (
        "shop/dbt_project.yml",
        "shop/macros/deep/one.sql",
        "shop/elsewhere/two.sql",
        "shop/dbt_packages/tools/dbt_project.yml",
        "shop/dbt_packages/tools/macros/three.sql",
        "linked/macros/four.sql",
        "profiles/profiles.yml",
    ):
        write(tmp_path / name, "")
    (tmp_path / "shop/dbt_packages/linked").symlink_to(tmp_path / "linked")
    write(tmp_path / "shop/dbt_project.yml", "name: shop\nmodel-paths: [elsewhere]\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def fingerprint(files: Files, shop: Path) -> bytes | None:
    return files.fingerprint(shop / "shop", shop / "profiles")


@pytest.mark.parametrize(
    "name",
    [
        "shop/dbt_project.yml",
        "shop/packages.yml",
        "shop/.dbtignore",
        "shop/macros/deep/one.sql",
        "shop/macros/deep/new.sql",
        "shop/models/new/new.yml",
        "shop/elsewhere/two.sql",
        "shop/dbt_packages/tools/macros/three.sql",
        "shop/dbt_packages/new/macros/new.sql",
        "linked/macros/four.sql",
        "profiles/profiles.yml",
    ],
)
def test_a_file_that_dbt_reads_makes_a_difference_until_it_is_as_before(shop: Path, name: str) -> None:
    files = Files()
    file = shop / name
    before, text = fingerprint(files, shop), file.read_text() if file.exists() else None
    assert before == fingerprint(files, shop)
    write(file, "vars: {a: 1}")
    changed = fingerprint(files, shop)
    assert changed != before
    write(file, "vars: {a: 2}")
    assert fingerprint(files, shop) not in (before, changed)
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    assert fingerprint(files, shop) == before


def test_a_file_with_the_time_of_the_one_before_is_another_one(shop: Path) -> None:
    files = Files()
    file = shop / "shop/macros/deep/one.sql"
    write(file, "one")
    moment = time.time() - 100
    os.utime(file, (moment, moment))
    time.sleep(0.11)
    before = fingerprint(files, shop)
    write(file, "two")
    os.utime(file, (moment, moment))
    assert fingerprint(files, shop) != before


@pytest.mark.parametrize(
    "name",
    ["shop/output.txt", "shop/target/manifest.json", "shop/logs/dbt.log", "shop/.user.yml", "shop/README.md"],
)
def test_what_dbt_does_not_read_makes_none(shop: Path, name: str) -> None:
    files = Files()
    before = fingerprint(files, shop)
    write(shop / name, "x")
    assert fingerprint(files, shop) == before


@pytest.mark.parametrize(
    "setting", ["model-paths: [\"{{ env_var('X') }}\"]", "packages-install-path: \"{{ env_var('X') }}\""]
)
def test_folders_that_only_dbt_can_name_are_not_guessed(shop: Path, setting: str) -> None:
    write(shop / "shop/dbt_project.yml", f"name: shop\n{setting}\n")
    assert fingerprint(Files(), shop) is None


@pytest.fixture
def in_shop(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shop / "shop")
    monkeypatch.setenv("DBT_PROFILES_DIR", "../profiles")
    monkeypatch.setenv("DBT_WRITE_JSON", "false")
    return shop


def test_options_are_read_as_dbt_reads_them(in_shop: Path) -> None:
    options = parse_options(
        ["--target", "prod", "run-operation", "x", "--args", "{a: 1}", "--vars", "{b: 2024-05-01}", "-q"]
    )
    assert options is not None
    assert options.words == [
        *("--project-dir", str(in_shop / "shop"), "--profiles-dir", str(in_shop / "profiles")),
        *("--target", "prod", "--vars", "b: 2024-05-01\n"),
    ]


def test_what_only_says_what_to_do_is_no_difference(in_shop: Path) -> None:
    words: list[list[str]] = [
        ["run-operation", "x"],
        ["run-operation", "y", "--args", "{a: 1}", "--project-dir", "."],
        ["run", "--select", "one", "--quiet", "--target-path", "elsewhere"],
        ["test", "--exclude", "one", "--profiles-dir", str(in_shop / "profiles")],
    ]
    assert len({parse_options(one) for one in words} - {None}) == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["run-operation"],
        ["run-operation", "x", "--no-such-option"],
        ["run", "--full-refresh"],
        ["run", "--write-json"],
        ["run", "--no-partial-parse"],
        ["--warn-error", "run"],
        ["run", "--defer"],
        ["parse"],
        ["deps"],
        ["debug"],
        ["docs", "generate"],
    ],
    ids=" ".join,
)
def test_these_commands_parse_by_themselves(in_shop: Path, words: list[str]) -> None:
    assert parse_options(words) is None


def test_a_command_that_writes_what_it_has_parsed_parses_by_itself(
    in_shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parse_options(["run"]) is not None
    write(in_shop / "shop/catalogs.yml", "")
    assert parse_options(["run"]) is None
    (in_shop / "shop/catalogs.yml").unlink()
    monkeypatch.setenv("DBT_PARTIAL_PARSE", "false")
    assert parse_options(["run"]) is None
    monkeypatch.setenv("DBT_PARTIAL_PARSE", "true")
    assert parse_options(["run"]) is not None
    assert parse_options(["--write-json", "run"]) is None
    monkeypatch.delenv("DBT_WRITE_JSON")
    assert parse_options(["run"]) is None
