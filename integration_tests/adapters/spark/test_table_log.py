"""A batch's mark in the table's log, with the exact rows, for every kind of statement."""

import pytest

ID = "0192f0c1-7c1e-7000-8000-000000000001"
MARK = f"batch_ops:{ID}/1/1;"
MARKER = f"'{MARK}' is not null"
NOTHING = {"commits": 0, "records": None, "reaches": True}

STATEMENTS = {
    "update": (f"update account set v = v + 1 where id < 17 and {MARKER}", 17),
    "delete": (f"delete from account where id >= 3990 and {MARKER}", 10),
    "merge that deletes": (
        (
            "merge into account using (select 1 as batch_ops_once) as batch_ops_once"
            f" on id < 5 and {MARKER} when matched then delete"
        ),
        5,
    ),
    "merge": (
        (
            "merge into account as t using (select id, cast(5 as int) as v from range(3995, 4008)) as s"
            f" on t.id = s.id and {MARKER} when matched then update set v = s.v"
            " when not matched then insert (id, v, name, amount, seen_at)"
            " values (s.id, s.v, 'new', cast(0 as decimal(10, 2)), current_timestamp())"
        ),
        13,
    ),
}


@pytest.fixture
def find(project, account):
    """Look for the mark of a batch in the table's log from a version on."""
    return lambda since=0, mark=MARK: project.call(
        ["_portable_attach", "account"], ["_portable_find", "account", mark, since]
    )[1]


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_is_found_by_its_mark_with_the_rows_that_it_changed(find, client, kind):
    statement, records = STATEMENTS[kind]
    assert find() == NOTHING
    client.run(statement)
    assert find() == {"commits": 1, "records": records, "reaches": True}


def test_a_statement_that_changed_nothing_is_not_there(find, client):
    client.run(f"update account set v = 9 where id > 10000 and {MARKER}")
    assert find() == NOTHING


def test_batch_1_is_not_found_where_batch_12_was(find, client):
    client.run(f"update account set v = v + 1 where 'batch_ops:{ID}/1/12;' is not null")
    assert find() == NOTHING


def test_a_mark_elsewhere_in_a_commit_is_no_mark(find, client):
    client.run(f"alter table account set tblproperties ('note' = '{MARK}')")
    assert find() == NOTHING


def test_a_batch_that_was_applied_twice_is_told(find, client):
    for _ in range(2):
        client.run(STATEMENTS["update"][0])
    assert find() == {"commits": 2, "records": 34, "reaches": True}


def test_versions_are_told_across_places_of_their_number_and_after_the_log_was_cleaned_up(
    project, account, client, find
):
    def versions(*since):
        calls = (["_portable_version", "account", version] for version in since)
        return project.call(["_portable_attach", "account"], *calls)[1:]

    for key in range(23):
        client.run(f"update account set v = v + 1 where id = {key}")
    assert versions(0, 9, 10, 23) == [23, 23, 23, 23]

    for file in account.commit_files()[:19]:
        file.unlink()
    assert versions(0, 9, 18, 19, 22) == [23] * 5
    assert not find(18)["reaches"]
    assert find(19)["reaches"]
