"""The tests of the ledger as a schedule runs them: exit codes, severities, settings, and no ledger at all."""

from contextlib import contextmanager

import pytest

from support.monitoring.ledger_damage import RUN_BY_OPERATION
from support.monitoring.ledger_tests import outcomes

LEDGER = ("test", "--select", "source:batch_ops")
TWICE_COUNTED = "update batch_ops.runs set processed_records = 5000 where operation = 'fill_jars'"
ONE_PERCENT = "update batch_ops.runs set processed_records = 150 where operation = 'fill_jars'"
FAILED_TODAY = "update batch_ops.runs set completed_at = now() where operation = 'break_jars'"
INTERRUPTED = """
update batch_ops.runs set status = 'running', completed_at = null, closed_at = null
where operation = 'fill_jars';
update batch_ops.workers set heartbeat_at = now() - interval '1 hour';
"""


def loud(result):
    """Return the tests that did not pass."""
    return {name: outcome for name, outcome in outcomes(result).items() if outcome != "PASS"}


@contextmanager
def added(project, **files):
    """Have files in the project's folder of tests while the block runs."""
    written = [project.write(f"tests/{name}.sql", text) for name, text in files.items()]
    try:
        yield
    finally:
        for file in written:
            file.unlink()


def test_a_sound_ledger_is_green(dbt, database):
    result = dbt.run(*LEDGER)
    assert len(outcomes(result)) == 12
    assert loud(result) == {}


def test_the_package_selects_them_as_well(dbt, database):
    said = dbt.run("--quiet", "ls", "--select", "package:dbt_batch_ops,resource_type:test").lines
    of_ledger = dbt.run("--quiet", "ls", "--select", "source:batch_ops,resource_type:test").lines
    assert set(of_ledger) < set(said)
    assert len(of_ledger) == 12


def test_a_damaged_ledger_is_red(dbt, database):
    database.execute(TWICE_COUNTED)
    result = dbt.run(*LEDGER, check=False)
    assert result.exit_code == 1
    assert loud(result) == {"batch_ops_batch_rows_add_up": "FAIL"}


def test_what_somebody_was_told_of_already_is_a_warning(dbt, database):
    database.execute(FAILED_TODAY)
    assert loud(dbt.run(*LEDGER)) == {"batch_ops_no_recently_failed_runs": "WARN"}


def test_an_interrupted_run_is_an_error_since_nobody_was_told(dbt, database):
    database.execute(INTERRUPTED)
    result = dbt.run(*LEDGER, check=False)
    assert (result.exit_code, loud(result)) == (1, {"batch_ops_heartbeats_fresh": "FAIL"})


@pytest.mark.parametrize(
    ("variables", "outcome", "exit_code"),
    [
        ("{}", {"batch_ops_error_rate_within_limits": "WARN"}, 0),
        ("{batch_ops_error_rate_warn: 0.05}", {}, 0),
        ("{batch_ops_error_rate_error: 0.012}", {"batch_ops_error_rate_within_limits": "FAIL"}, 1),
        ("{batch_ops_error_rate_min_records: 153}", {}, 0),
    ],
)
def test_thresholds_are_settings_of_the_project(dbt, database, variables, outcome, exit_code):
    database.execute(ONE_PERCENT)
    select = "batch_ops_error_rate_within_limits"
    result = dbt.run("test", "--select", select, "--vars", variables, check=False)
    assert (loud(result), result.exit_code) == (outcome, exit_code)


def test_old_runs_can_be_left_out(dbt, database):
    database.execute(
        "update batch_ops.runs set processed_records = 5000, completed_at = now() - interval '8 days' "
        "where operation = 'fill_jars'"
    )
    assert dbt.run(*LEDGER, check=False).exit_code == 1
    assert loud(dbt.run(*LEDGER, "--vars", "{batch_ops_test_days: 7}")) == {}


def test_severities_are_changed_in_the_users_own_project(dbt, database, project):
    settings = project.folder / "dbt_project.yml"
    before = settings.read_text()
    try:
        settings.write_text(
            before
            + "\ndata_tests:\n  dbt_batch_ops:\n    monitoring:\n      +severity: warn\n"
            + "      batch_ops_no_recently_failed_runs:\n        +enabled: false\n"
        )
        database.execute(f"{TWICE_COUNTED}; {FAILED_TODAY}")
        result = dbt.run(*LEDGER)
        assert loud(result) == {"batch_ops_batch_rows_add_up": "WARN"}
        assert len(outcomes(result)) == 11
    finally:
        settings.write_text(before)


def test_failures_can_be_stored(dbt, database):
    database.execute(TWICE_COUNTED)
    dbt.run(*LEDGER, "--store-failures", check=False)
    (stored,) = database.rows(
        "select operation, problem, found, expected from public_dbt_test__audit.batch_ops_batch_rows_add_up"
    )
    assert stored == ("fill_jars", "its rows are not those of its batches", "5000", "998")
    assert database.value("select count(*) from public_dbt_test__audit.batch_ops_ranges_tile") == 0


def test_a_red_ledger_does_not_keep_dbt_build_from_what_reads_it(dbt, database, project):
    project.write("models/seen_runs.sql", "select * from {{ source('batch_ops', 'runs') }}")
    database.execute(TWICE_COUNTED)
    result = dbt.run("build", "--select", "seen_runs+", "source:batch_ops", check=False)
    assert loud(result) == {"batch_ops_batch_rows_add_up": "FAIL"}
    assert database.value("select count(*) from seen_runs") == 6


class TestWithoutALedger:
    def test_there_is_nothing_to_look_at_and_nothing_fails(self, dbt, empty_database):
        result = dbt.run(*LEDGER)
        assert (len(outcomes(result)), loud(result)) == (12, {})

    def test_nothing_is_made_by_looking(self, dbt, empty_database):
        dbt.run(*LEDGER)
        assert empty_database.value("select to_regnamespace('batch_ops')") is None

    def test_an_older_ledger_is_left_alone_and_said_to_be_old(self, dbt, empty_database):
        dbt.run_operation("install_first_ledger")
        result = dbt.run(*LEDGER)
        assert loud(result) == {}
        assert (
            "batch_ops_ranges_tile has looked at nothing: the ledger has version 1 and the test needs 5"
            in result.output
        )

    def test_a_schema_of_that_name_without_a_ledger_is_no_ledger(self, dbt, empty_database):
        empty_database.execute("create schema batch_ops")
        assert loud(dbt.run(*LEDGER)) == {}


OF_ONE = {
    "ranges_tile": ("batches", "delete from batch_ops.batches where batch_number = 1"),
    "one_terminal_state_per_batch": ("batches", "update batch_ops.batches set records = null"),
    "batch_rows_add_up": ("runs", "update batch_ops.runs set batch_count = 0"),
    "failed_rows_are_recorded": ("errors", "update batch_ops.runs set error_count = 77"),
    "no_row_failed_and_changed": ("errors", "update batch_ops.batches set records = 9999"),
    "errors_within_limits": ("runs", "update batch_ops.runs set max_errors = 1, status = 'completed'"),
    "heartbeats_fresh": ("workers", INTERRUPTED),
    "error_rate_within_limits": ("run_overview", ONE_PERCENT),
    "no_recently_failed_runs": ("run_overview", "update batch_ops.runs set status = 'failed'"),
    "runs_end_in_time": (
        "run_overview",
        "update batch_ops.runs set status = 'blocked', deadline_at = '2020-01-01', closed_at = null",
    ),
}
CALL = "{{{{ dbt_batch_ops.test_{test}(source('batch_ops', '{table}'){arguments}) }}}}"


@pytest.fixture(scope="module")
def compiled(shared_project, _dbt, _unchanged):
    """Each test of all runs, of those of `fill_jars`, and of those of an operation that there is not."""
    calls = {
        f"{test}_of_{whom}": CALL.format(test=test, table=table, arguments=arguments)
        for test, (table, _) in OF_ONE.items()
        for whom, arguments in (
            ("all", ""),
            ("one", ", operation='fill_jars'"),
            ("none", ', operation="it\'s none"'),
        )
    }
    with added(shared_project, **calls):
        _dbt.run("compile", "--select", "test_type:singular")
    return (shared_project.folder / "target/compiled/integration_tests/tests").joinpath


class TestOfOneOperation:
    """As `dbt-batch-ops generate tests` and people write them: a file in the folder of tests."""

    @pytest.mark.parametrize("test", OF_ONE)
    def test_only_its_runs_are_looked_at(self, compiled, session, runs, test):
        found = {}
        with session.cursor() as cursor:
            cursor.execute("drop index batch_ops.runs_one_unfinished")
            cursor.execute(OF_ONE[test][1])
            for whom in ("all", "one", "none"):
                cursor.execute(compiled(f"{test}_of_{whom}.sql").read_text())
                found[whom] = {operation for operation, *_ in cursor}
        assert found["one"] == {"fill_jars"} <= found["all"]
        assert found["none"] == set()

    def test_its_severity_and_thresholds_are_those_of_its_file(self, dbt, database, project):
        database.execute(f"{ONE_PERCENT}; {TWICE_COUNTED.replace('fill', 'label')}")
        rate = "{{ dbt_batch_ops.test_error_rate_within_limits(source('batch_ops', 'run_overview'), WHICH) }}"
        sums = (
            "{{ dbt_batch_ops.test_batch_rows_add_up(source('batch_ops', 'runs'), operation='label_jars') }}"
        )
        with added(
            project,
            strict=rate.replace("WHICH", "warn_above=0.013"),
            lax=rate.replace("WHICH", "warn_above=0.014"),
            of_few=rate.replace("WHICH", "min_records=1000"),
            only_a_warning="{{ config(severity='warn') }} " + sums,
        ):
            result = dbt.run("test", "--select", "test_type:singular", check=False)
        assert outcomes(result) == {
            "strict": "FAIL",
            "lax": "PASS",
            "of_few": "PASS",
            "only_a_warning": "WARN",
        }


DATA_TESTS = """
version: 2
sources:
  - name: shop
    schema: public
    tables:
      - name: jar
        data_tests:
          - dbt_batch_ops.applied_rows_agree:
              name: filled
              arguments: {operation: fill_jars, changed_when: fill >= 1, left_when: "fill = 0 -- to do"}
          - dbt_batch_ops.failed_rows_are_unchanged:
              name: broken
              arguments: {operation: fill_jars, changed_when: fill >= 1}
          - dbt_batch_ops.applied_rows_agree:
              name: never_run
              arguments: {operation: no_such_operation, changed_when: fill = 1}
          - dbt_batch_ops.applied_rows_agree:
              name: by_ordinals
              arguments: {operation: label_jars, changed_when: "false"}
"""


class TestOfTheData:
    """What the ledger says of rows is held against the rows."""

    @pytest.fixture
    def database(self, database, project):
        project.write("models/shop.yml", DATA_TESTS)
        return database

    @pytest.mark.parametrize(
        ("change", "red", "stored"),
        [
            ("select", set(), None),
            (
                "update jar set fill = 0 where id = 5",
                {"filled"},
                (1, "rows are recorded as changed, and do not look so", "99 rows: fill >= 1", "100 rows"),
            ),
            (
                "insert into jar values (-5, '', 0)",
                {"filled"},
                (1, "more rows were left than failed", "1 rows: fill = 0 -- to do", "0 rows at most"),
            ),
            ("insert into jar values (3000, '', 0)", set(), None),
            (
                "alter table jar drop constraint not_broken; update jar set fill = 1 where id = 250",
                {"broken"},
                None,
            ),
        ],
    )
    def test_data_that_disagrees_is_red(self, dbt, database, project, change, red, stored):
        database.execute(change)
        result = dbt.run("test", "--select", "source:shop", "--store-failures", check=False)
        assert outcomes(result) == {
            name: "FAIL" if name in red else "PASS"
            for name in ("filled", "broken", "never_run", "by_ordinals")
        }
        if stored:
            rows = "select batch, problem, found, expected from public_dbt_test__audit.filled"
            assert database.rows(rows) == [stored]

    def test_they_pass_without_a_ledger(self, dbt, database):
        database.execute("drop schema batch_ops cascade")
        assert loud(dbt.run("test", "--select", "source:shop")) == {}


def test_a_role_that_may_not_look_is_told_so(dbt, database):
    """A test that looks at nothing must not pass because of that."""
    with database.session() as session, session.cursor() as cursor:
        cursor.execute(RUN_BY_OPERATION)
        cursor.execute("drop role if exists onlooker; create role onlooker login password 'x'")
        cursor.execute("grant usage on schema public to onlooker")
    result = dbt.run(*LEDGER, environment={"PGUSER": "onlooker", "PGPASSWORD": "x"}, check=False)
    assert set(outcomes(result).values()) == {"ERROR"}
    assert "permission denied for schema batch_ops" in result.output
    assert "Traceback" not in result.output
