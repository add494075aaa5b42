"""Sessions and clocks: what a run takes from the session that opened it, and that it leaves nothing."""

import pytest

from support.engine.statements import work
from support.tables.items import create_items, touched

SETTINGS = "select name, setting from pg_settings where name not like 'transaction%'"
PARTITIONED = "create table item {columns} partition by range (id); "
LOCKS = "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"


@pytest.fixture
def session(database):
    """A session with settings of its own, none of them a default."""
    with database.session() as session, session.cursor() as cursor:
        for name, value in {
            "statement_timeout": "77s",
            "jit": "on",
            "synchronous_commit": "remote_write",
            "search_path": "public",
            "TimeZone": "Asia/Kolkata",
            "DateStyle": "SQL, DMY",
            "enable_seqscan": "on",
            "lock_timeout": "55s",
            "constraint_exclusion": "on",
        }.items():
            cursor.execute(f"set {name} = '{value}'")
        cursor.execute("load 'plpgsql'")  # or its settings would seem to be left behind
        yield session


def query(session, sql):
    with session.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.parametrize(
    "operation",
    ["touch_items_by_100", "touch_rare_items_by_range", "touch_rare_items_by_keys", "drop_rare_items"],
)
def test_a_slice_leaves_settings_and_locks_as_they_were(engine, database, session, operation):
    create_items(database, 5_000)
    operation_id = engine.open(operation)["operation_id"]
    before = dict(query(session, SETTINGS))
    state = None
    while state is None or state["status"] == "running":
        state = work(session, operation_id, state=state)
        after = dict(query(session, SETTINGS))
        assert {name: value for name, value in after.items() if before[name] != value} == {}
        assert query(session, LOCKS) == [(0,)]
    assert state["status"] == "completed"


def test_a_slice_that_fails_leaves_settings_and_locks_as_they_were(engine, database, session):
    create_items(database, 500)
    database.execute("alter table item add check (id <> 400 or touched = 0)")
    operation_id = engine.open("touch_items_by_7")["operation_id"]
    before = dict(query(session, SETTINGS))
    assert work(session, operation_id, seconds=10)["status"] == "failed"
    assert dict(query(session, SETTINGS)) == before
    assert query(session, LOCKS) == [(0,)]


class TestStamps:
    """``stamp_items`` writes what its session's settings and the clocks say."""

    WHOAMI = "create function {0}.whoami() returns text language sql as $$ select '{0}' $$"

    MINE = {"TimeZone": "'Asia/Kolkata'", "DateStyle": "'ISO, DMY'", "search_path": "mine, public"}  # noqa: RUF012

    @pytest.fixture
    def stamped(self, engine, database):
        """A run opened with settings of its own and resumed, an hour later in spirit, with others."""
        create_items(database, 500)
        database.execute(f"create schema mine; create schema yours; {self.WHOAMI.format('mine')}")
        database.execute(self.WHOAMI.format("yours"))
        for name, value in self.MINE.items():
            database.execute(f"alter database test set {name} = {value}")
        operation_id = engine.open("stamp_items")["operation_id"]
        with database.session() as session:
            work(session, operation_id)
        database.execute("alter database test set TimeZone = 'America/New_York'")
        database.execute("alter database test set DateStyle = 'ISO, MDY'")
        database.execute("alter database test set search_path = yours, public")
        engine.complete("stamp_items", {"operation_id": operation_id})
        return database

    def test_a_run_keeps_time_zone_date_style_and_search_path_when_it_is_resumed(self, stamped):
        assert stamped.rows("select note, count(*) from item group by note") == [
            ("2024-02-01 2024-03-01 05:30:00+05:30 mine", 500)
        ]

    def test_run_started_at_is_the_same_in_all_batches_also_after_a_resume(self, stamped):
        started_at = stamped.value("select started_at from batch_ops.runs")
        assert stamped.rows("select distinct first_seen_at from item") == [(started_at,)]

    def test_now_is_the_time_of_the_batch(self, stamped):
        times = stamped.rows("select changed_at from item group by changed_at order by min(id)")
        assert len(times) == 72
        assert times == sorted(times)
        started_at = stamped.value("select started_at from batch_ops.runs")
        assert started_at < times[0][0]


@pytest.mark.parametrize(
    ("definition", "may_lag"),
    [
        ("create table item {columns}", True),
        ("create unlogged table item {columns}", False),
        (
            PARTITIONED + "create unlogged table part partition of item for values from (0) to (1000)",
            False,
        ),
        (
            PARTITIONED + "create table part partition of item for values from (0) to (1000)",
            True,
        ),
    ],
    ids=["permanent", "unlogged", "an unlogged partition", "permanent partitions"],
)
def test_commits_are_asynchronous_only_when_the_table_is(engine, database, definition, may_lag):
    columns = "(id integer primary key, kind text, note text, touched integer not null default 0)"
    database.execute(definition.format(columns=columns))
    database.execute("insert into item (id) select generate_series(1, 20)")
    database.execute(
        """
        create table seen (setting text);
        create function see() returns trigger language plpgsql as $$
        begin insert into seen values (current_setting('synchronous_commit')); return null; end $$;
        create trigger see after update on item for each statement execute function see();
        """
    )
    engine.complete("touch_items_by_7")
    assert database.value("select asynchronous_commit from batch_ops.steps") is may_lag
    assert database.rows("select distinct setting from seen") == [("off" if may_lag else "on",)]


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_a_run_goes_to_its_end_where_transactions_are_by_default(engine, database, isolation):
    create_items(database, 500)
    database.execute(f"alter database test set default_transaction_isolation = '{isolation}'")
    engine.complete("touch_items_by_7")
    assert touched(database) == {1: 500}
