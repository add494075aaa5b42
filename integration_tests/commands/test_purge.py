"""``dbt_batch_ops.purge``: which runs go, what goes with them, what is told, and what is refused."""

import psycopg2
import pytest

from support.database.roles import worker_role
from support.engine import ledger
from support.engine.purges import add_run, counts, is_empty, purge, run_ids, stage
from support.tables.items import create_items

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def table_of(result):
    """Return the lines of the printed table, as lists of their words."""
    lines = result.lines
    head = next(n for n, line in enumerate(lines) if line.startswith("operation  "))
    return [line.split() for line in lines[head + 1 : lines.index("", head)]]


class TestWhichRunsGo:
    def test_by_age_those_that_were_closed_before_it(self, dbt, database):
        add_run(database, age="91 days")
        younger = add_run(database, age="89 days")
        dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days"})
        assert run_ids(database) == [younger]

    def test_by_number_all_but_the_newest_of_each_operation(self, dbt, database):
        for operation in ("one", "other"):
            for day in (4, 3, 2, 1):
                add_run(database, operation, f"{day} days")
        newest = run_ids(database)[4:]
        dbt.run_operation("dbt_batch_ops.purge", {"keep": 2})
        assert run_ids(database) == newest

    def test_by_both_only_those_that_are_older_and_not_among_the_newest(self, dbt, database):
        ids = [add_run(database, age=f"{day} days") for day in (120, 110, 100, 10)]
        rare = add_run(database, "rare", "500 days")
        dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days", "keep": 2})
        assert set(run_ids(database)) == {*ids[2:], rare}

    def test_an_unfinished_run_stays_however_old_it_is(self, dbt, database):
        statuses = ("running", "failed", "paused", "blocked", "timed_out")
        ids = [
            add_run(database, status, "900 days", status=status, closed=False, errors=1)
            for status in statuses
        ]
        before = ledger.contents(database)
        said = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "0 days", "keep": 0})
        assert "Nothing to purge." in said.lines
        assert sorted(run_ids(database)) == sorted(ids)
        assert ledger.contents(database) == before

    def test_a_plan_that_may_still_be_confirmed_stays_and_an_expired_one_is_closed(self, dbt, database):
        create_items(database, 10)
        fresh = add_run(database, "fresh", status="planned", closed=False)
        expired = add_run(database, "expired", status="planned", closed=False)
        staged = stage(database, expired)
        for operation_id, hours in ((fresh, 1), (expired, -1)):
            database.execute(
                "update batch_ops.runs set confirm_before = now() + make_interval(hours => %s) "
                "where operation_id = %s",
                [hours, operation_id],
            )
        before = ledger.contents(database)
        told = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0, "dry_run": True})
        assert "Expired plans that would be closed: 1" in told.lines
        assert ledger.contents(database) == before
        said = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "1 day"})
        assert "Expired plans that were closed: 1" in said.lines
        closed = "select operation_id::text, status from batch_ops.runs where closed_at is not null"
        assert database.rows(closed) == [(expired, "cancelled")]
        assert database.value("select to_regclass('batch_ops.' || %s)", [staged]) is None
        said = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
        assert table_of(told) == [["expired", "1", "3", "0", "1"]]
        assert table_of(said) == [["expired", "1", "3", "0", "0"]]
        assert run_ids(database) == [fresh]


class TestWhatGoes:
    def test_all_that_the_ledger_has_of_a_run_goes(self, dbt, database):
        stage(database, add_run(database, errors=2))
        assert counts(database) == {
            "runs": 1,
            "steps": 1,
            "workers": 1,
            "errors": 2,
            "controls": 1,
            "batches": 3,
            "staged tables": 1,
        }
        dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days"})
        assert is_empty(database)

    def test_other_runs_keep_all_of_theirs(self, dbt, database):
        stage(database, add_run(database, age="1 day", errors=2))
        before = ledger.contents(database)
        stage(database, add_run(database, errors=2))
        dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days"})
        assert ledger.contents(database) == before
        assert counts(database)["staged tables"] == 1

    def test_more_batches_than_fit_into_a_chunk_all_go(self, database):
        add_run(database, batches=120_001)
        other = add_run(database, age="1 day", batches=5)
        said = purge(database, "90 days")
        assert said["operations"]["touch_items"]["batches"] == 120_001
        assert database.rows("select operation_id::text, count(*) from batch_ops.batches group by 1") == [
            (other, 5)
        ]

    def test_a_run_of_real_life_goes_and_the_operation_starts_anew(self, dbt, database):
        create_items(database, 100)
        dbt.run_operation("touch_items_by_7")
        dbt.run_operation("touch_rare_items_by_keys")
        said = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0})
        assert [line[:3] for line in table_of(said)] == [
            ["touch_items_by_7", "1", "15"],
            ["touch_rare_items_by_keys", "1", "1"],
            ["total", "2", "16"],
        ]
        assert is_empty(database)
        dbt.run_operation("touch_items_by_7")

    def test_what_runs_have_left_that_are_gone_goes_too(self, dbt, database):
        gone = add_run(database, batches=4)
        stage(database, gone)
        database.execute("delete from batch_ops.runs")
        stage(database, UNKNOWN)
        kept = add_run(database, age="1 day")
        stage(database, kept)
        told = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days", "dry_run": True})
        said = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days"})
        assert table_of(told) == table_of(said) == [["(without", "a", "run)", "0", "4", "0", "2"]]
        assert counts(database)["batches"] == 3
        assert counts(database)["staged tables"] == 1

    def test_a_table_that_only_looks_like_a_staged_one_stays(self, database):
        database.execute(
            "create table batch_ops.staged_things (id int); create table batch_ops.upload_x (id int)"
        )
        add_run(database)
        purge(database, "90 days")
        assert database.value("select to_regclass('batch_ops.staged_things') is not null")
        assert database.value("select to_regclass('batch_ops.upload_x') is not null")


class TestWhatIsTold:
    def test_what_went_is_a_table_by_operation_and_a_dry_run_tells_the_same(self, dbt, database):
        for _ in range(2):
            stage(database, add_run(database, "one", batches=1200, errors=1))
        add_run(database, "other", errors=3, resolved=True)
        add_run(database, "young", age="1 day")
        before = (ledger.contents(database), counts(database))
        dry = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days", "dry_run": True})
        assert (ledger.contents(database), counts(database)) == before
        wet = dbt.run_operation("dbt_batch_ops.purge", {"older_than": "90 days"})
        assert "Dry run: nothing was changed. A purge would delete:" in dry.lines
        assert "Purged:" in wet.lines
        table = [
            ["one", "2", "2,400", "2", "2"],
            ["other", "1", "3", "3", "0"],
            ["total", "3", "2,403", "5", "2"],
        ]
        assert table_of(dry) == table_of(wet) == table

    @pytest.mark.parametrize(
        ("kind", "resolved", "counted"),
        [
            ("row", False, True),
            ("batch", False, True),
            ("row", True, False),
            ("invalid", False, False),
            ("run", False, False),
            ("retried", False, False),
        ],
    )
    def test_runs_that_could_be_tried_again_are_counted(self, database, kind, resolved, counted):
        add_run(database, errors=2, kind=kind, resolved=resolved)
        overview = database.value("select batch_ops.purge_overview('90 days', null)")
        said = purge(database, "90 days")
        assert overview["operations"]["touch_items"]["retryable"] == int(counted)
        assert said["operations"]["touch_items"]["retryable"] == int(counted)

    def test_runs_that_could_be_tried_again_are_told(self, dbt, database):
        add_run(database, errors=2)
        add_run(database, errors=2)
        args = {"older_than": "90 days"}
        dry = dbt.run_operation("dbt_batch_ops.purge", args | {"dry_run": True}).lines
        wet = dbt.run_operation("dbt_batch_ops.purge", args).lines
        assert "2 of these runs have failed rows or batches that could still be tried again." in dry
        assert "2 of these runs had failed rows or batches that could still be tried again." in wet

    def test_a_purge_that_takes_long_tells_how_far_it_is(self, dbt, database):
        for _ in range(5):
            add_run(database)
        database.execute(
            """
            create function be_slow() returns trigger language plpgsql as
            'begin perform pg_sleep(1.1); return null; end';
            create trigger be_slow after delete on batch_ops.runs for each row execute function be_slow();
            """
        )
        said = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0}).lines
        progress = [line.split() for line in said if line.endswith("batches so far")]
        assert progress
        assert progress == sorted(progress, key=lambda words: int(words[0]))
        assert is_empty(database)

    def test_a_purge_that_is_quick_does_not(self, dbt, database):
        add_run(database)
        assert "so far" not in dbt.run_operation("dbt_batch_ops.purge", {"keep": 0}).output

    def test_a_dry_run_where_no_ledger_is_leaves_none(self, dbt, empty_database):
        said = dbt.run_operation("dbt_batch_ops.purge", {"keep": 0, "dry_run": True})
        assert "Nothing to purge." in said.lines
        assert empty_database.value("select to_regnamespace('batch_ops') is null")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({}, 'one of older_than (such as "90 days") and keep (such as 10) is needed'),
        ({"dry_run": True}, 'one of older_than (such as "90 days") and keep (such as 10) is needed'),
        ({"older_than": 90}, 'older_than is a text with a unit, such as "90 days", and not 90'),
        ({"older_than": True}, 'older_than is a text with a unit, such as "90 days", and not true'),
        ({"older_than": "90"}, 'older_than "90" has no unit: say "90 days"'),
        ({"older_than": "-5"}, 'older_than "-5" has no unit'),
        ({"older_than": "-1 day"}, 'older_than "-1 day" is negative'),
        ({"older_than": "1 day -40 hours"}, 'older_than "1 day -40 hours" is negative'),
        ({"older_than": "90 moons"}, 'older_than "90 moons" is no interval'),
        ({"older_than": ""}, 'older_than "" is no interval'),
        ({"older_than": "'; drop table item; --"}, "is no interval"),
        ({"older_than": "9999999 years"}, "is no interval"),
        ({"older_than": "neunzig Tage \u00fc\u0000"}, "is no interval"),
        ({"keep": -1}, "keep is a number of runs, 0 or more, and not -1"),
        ({"keep": "5"}, 'keep is a number of runs, and not "5"'),
        ({"keep": 1.5}, "keep is a number of runs, and not 1.5"),
        ({"keep": True}, "keep is a number of runs, and not true"),
        ({"keep": 3_000_000_000}, "keep is a number of runs, 0 or more, and not 3000000000"),
        ({"keep": 1, "dry_run": ""}, 'dry_run is true or false, and not ""'),
        ({"keep": 1, "dry_run": 0}, "dry_run is true or false, and not 0"),
        ({"keep": 1, "older": "1 day"}, "takes no keyword argument 'older'"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(dbt, database, args, message):
    add_run(database)
    before = ledger.contents(database)
    result = dbt.run_operation("dbt_batch_ops.purge", args, check=False)
    assert result.exit_code == 1
    assert message in result.output
    assert ledger.contents(database) == before


@pytest.mark.parametrize("limits", ["null, null", "'-1 day', null", "null, -1"])
def test_the_procedure_refuses_it_as_well(database, limits):
    add_run(database)
    with pytest.raises(psycopg2.DataError, match=r"A purge (needs an age|cannot take a negative)"):
        database.value(f"call batch_ops.purge({limits})")
    assert len(run_ids(database)) == 1


class TestRoles:
    @pytest.fixture
    def environment(self, database, tmp_path):
        with worker_role(database, tmp_path) as environment:
            database.execute("grant usage on schema batch_ops to worker")
            yield environment

    def test_who_may_only_read_the_ledger_may_look_and_is_told_what_deleting_takes(
        self, dbt, database, environment
    ):
        database.execute("grant select on all tables in schema batch_ops to worker")
        add_run(database)
        command = ("run-operation", "dbt_batch_ops.purge", "--args")
        dry = dbt.run(*command, "{keep: 0, dry_run: true}", environment=environment)
        wet = dbt.run(*command, "{keep: 0}", environment=environment, check=False)
        assert table_of(dry) == [["touch_items", "1", "3", "0", "0"]]
        assert wet.exit_code == 1
        assert "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA batch_ops" in wet.output
        assert len(run_ids(database)) == 1

    def test_who_may_delete_purges_runs_of_others_and_leaves_their_staged_tables(
        self, dbt, database, environment
    ):
        database.execute("grant select, update, delete on all tables in schema batch_ops to worker")
        staged = stage(database, add_run(database))
        command = ("run-operation", "dbt_batch_ops.purge", "--args", "{keep: 0}")
        said = dbt.run(*command, environment=environment)
        assert table_of(said) == [["touch_items", "1", "3", "0", "0"]]
        assert (
            "Staged tables that stay, because a session uses them or they belong to another role: 1"
            in said.lines
        )
        assert run_ids(database) == []
        assert database.value("select to_regclass('batch_ops.' || %s) is not null", [staged])
        assert table_of(dbt.run(*command)) == [["(without", "a", "run)", "0", "0", "0", "1"]]


def test_a_staged_table_that_a_session_reads_stays_until_the_next_purge(database):
    staged = stage(database, add_run(database))
    with database.session(autocommit=False) as reader:
        reader.cursor().execute(f"select from batch_ops.{staged}")
        said = purge(database, "90 days")
        assert (said["kept"], said["operations"]["touch_items"]["tables"]) == (1, 0)
        assert run_ids(database) == []
    assert purge(database, "90 days")["operations"] == {"": {"tables": 1}}
    assert is_empty(database)


def test_a_statement_timeout_of_the_role_does_not_cut_a_purge_off(database):
    for _ in range(10):
        add_run(database)
    database.execute(
        """
        create function be_slow() returns trigger language plpgsql as
        'begin perform pg_sleep(0.5); return null; end';
        create trigger be_slow after delete on batch_ops.runs for each row execute function be_slow();
        """
    )
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("set statement_timeout = '4s'")
        cursor.execute("call batch_ops.purge(null, 0)")
        (state,) = cursor.fetchone()
    assert state["done"] is False
    assert 0 < len(run_ids(database)) < 10


def test_a_purge_leaves_the_settings_of_its_session_as_they_were(database):
    add_run(database)
    with database.session() as session, session.cursor() as cursor:
        cursor.execute("load 'plpgsql'")  # or its settings would seem to be left behind
        settings = "select name, setting from pg_settings where name not like 'transaction%'"
        cursor.execute(settings)
        before = cursor.fetchall()
        cursor.execute("call batch_ops.purge(null, 0)")
        cursor.execute(settings)
        assert cursor.fetchall() == before
