"""What dbt is given, and the profile that is read as dbt reads it."""

from __future__ import annotations

import json
import shlex
import signal
from pathlib import Path

import pytest
import yaml

from dbt_batch_ops.cli.dbt_command import parse_arguments
from dbt_batch_ops.cli.errors import ProjectError
from dbt_batch_ops.cli.options import as_typed
from dbt_batch_ops.cli.progress import size
from dbt_batch_ops.cli.signals import handled
from dbt_batch_ops.database.errors import DatabaseError
from dbt_batch_ops.database.profile import ProfileOptions, ProjectDatabase

PROFILE = """
shop:
  target: "{{ env_var('SHOP_TARGET', 'dev') }}"
  outputs:
    dev:
      type: postgres
      host: 127.0.0.1
      port: 1
      user: "{{ env_var('SHOP_USER') }}"
      password: "{{ env_var('DBT_ENV_SECRET_SHOP') }}"
      dbname: shop
      schema: public
      retries: 0
    lake:
      type: postgress
      host: 127.0.0.1
    broken:
      type: postgres
      password: very-secret
      port: [1]
"""


@pytest.fixture
def options(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProfileOptions:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "profiles.yml").write_text(PROFILE)
    monkeypatch.setenv("SHOP_USER", "me")
    monkeypatch.setenv("DBT_ENV_SECRET_SHOP", "very-secret")
    return ProfileOptions(project, profiles_dir=str(folder))


def why_not(options: ProfileOptions) -> str:
    with pytest.raises(DatabaseError) as raised:
        ProjectDatabase(options).connect()
    assert "very-secret" not in str(raised.value)
    return str(raised.value)


def test_the_profile_is_read_with_its_environment(options: ProfileOptions) -> None:
    message = why_not(options)
    assert message.startswith("there is no connection to the database: ")
    assert "127.0.0.1" in message


def test_folders_come_from_the_environment_as_well(
    options: ProfileOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert options.profiles_dir is not None
    monkeypatch.setenv("DBT_PROFILES_DIR", options.profiles_dir)
    assert "127.0.0.1" in why_not(ProfileOptions(options.project_dir))


def test_what_is_wrong_with_a_profile_is_said_by_dbt(
    options: ProfileOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, profiles = options.project_dir, options.profiles_dir
    assert "does not have a target named 'x'" in why_not(ProfileOptions(folder, profiles, target="x"))
    assert "profile named 'x'" in why_not(ProfileOptions(folder, profiles, profile="x"))
    assert "postgress" in why_not(ProfileOptions(folder, profiles, target="lake"))
    assert "broken" in why_not(ProfileOptions(folder, profiles, target="broken"))
    assert "does not exist" in why_not(ProfileOptions(folder, "/no/such/folder"))
    assert "vars" in why_not(ProfileOptions(folder, profiles, variables="["))
    monkeypatch.setenv("SHOP_TARGET", "y")
    assert "does not have a target named 'y'" in why_not(options)
    monkeypatch.setenv("SHOP_TARGET", "dev")
    monkeypatch.delenv("SHOP_USER")
    assert "SHOP_USER" in why_not(options)


def test_dbt_gets_whole_paths_and_only_what_was_given(options: ProfileOptions) -> None:
    folder = str(options.project_dir.resolve())
    assert ProfileOptions(options.project_dir).arguments == ["--project-dir", folder]
    given = ProfileOptions(options.project_dir, "x", "shop", "dev", "{a: 1}").arguments
    pairs = dict(zip(given[::2], given[1::2], strict=True))
    assert pairs == {
        "--project-dir": folder,
        "--profiles-dir": str(Path("x").resolve()),
        "--profile": "shop",
        "--target": "dev",
        "--vars": "{a: 1}",
    }


def test_a_command_to_copy_names_what_was_named() -> None:
    assert as_typed(["run", "x"], ProfileOptions(Path())) == "dbt-batch-ops run x"
    options = ProfileOptions(Path("a b"), "p", "shop", "dev", "{a: 1}")
    assert shlex.split(as_typed(["run", "x", "--args", "{n: 1}"], options)) == [
        *("dbt-batch-ops", "run", "x", "--args", "{n: 1}", "--project-dir", "a b"),
        *("--profiles-dir", "p", "--profile", "shop", "--target", "dev", "--vars", "{a: 1}"),
    ]


def test_what_is_ignored_stays_ignored_and_the_rest_is_put_back() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    came = []
    try:
        interrupt = signal.getsignal(signal.SIGINT)
        with handled(lambda number, _frame: came.append(number)):
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
                signal.raise_signal(number)
        assert came == [signal.SIGINT, signal.SIGTERM]
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is interrupt
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (None, {}),
        ("", {}),
        ("{a: 1, b: [x, null]}", {"a": 1, "b": ["x", None]}),
        ('{"a": "😀 \\u00e9"}', {"a": "😀 é"}),
    ],
)
def test_arguments_are_read_as_yaml(text: str | None, arguments: dict[str, object]) -> None:
    assert parse_arguments(text) == arguments


def test_dates_and_characters_outlive_the_way_to_dbt() -> None:
    arguments = parse_arguments("{month: 2024-05-01, name: '😀 \"x\"'}")
    sent = json.dumps(arguments, ensure_ascii=False, default=str)
    assert yaml.safe_load(sent) == {"month": "2024-05-01", "name": '😀 "x"'}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1]", "must name arguments"),
        ("x", "must name arguments"),
        ("{1: 2}", "must name arguments"),
        ("{a: ", "neither YAML nor JSON"),
        ("{csv_file: x}", "'csv_file' is not for you to give"),
        ("{operation_id: x}", "to go on with a run"),
    ],
)
def test_what_are_no_arguments_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProjectError, match=message):
        parse_arguments(text, ("csv_file", "operation_id"))


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (999_949_999, "999.9 MB"),
        (999_999_999, "1.0 GB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_sizes_are_for_people(count: int, text: str) -> None:
    assert size(count) == text
