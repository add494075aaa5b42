"""Models that are refreshed again and again while two runs work and transactions commit late."""

import threading

import pytest

from support.monitoring.models import Models, create_watched, refuse
from support.tables.items import create_items, touched

ITEMS = 40_000
NUMBERS = "select operation_id, step_number, batch_number from {logs} where status = 'completed'"


class Hindrances(threading.Thread):
    """Holds rows in front of both runs for a moment, again and again: their transactions stay open meanwhile.

    Each that waits has its id already, and commits after younger ones of the other run have.
    """

    def __init__(self, database):
        super().__init__(daemon=True)
        self._database = database
        self._ended = threading.Event()
        self.count = 0

    def run(self):
        with self._database.session(autocommit=False) as session, session.cursor() as cursor:
            while not self._ended.is_set():
                for table in ("item", "watched"):
                    cursor.execute(
                        f"select id from {table} where touched = 0 order by id offset 200 limit 1 for update"
                    )
                    self._ended.wait(0.3)
                    session.rollback()
                    self.count += 1

    def end(self):
        self._ended.set()
        self.join()


@pytest.fixture
def models(dbt, database):
    create_items(database, ITEMS)
    create_watched(database, ITEMS)
    refuse(database, 20_000, 20_010)
    return Models(dbt, database)


def test_nothing_is_lost_and_nothing_is_there_twice(dbt, database, models):
    models.refresh()
    hindrances = Hindrances(database)
    hindrances.start()
    runs = [dbt.start_operation(name) for name in ("touch_items_by_7", "touch_watched")]
    refreshes, seen = 0, set()
    while any(run.is_running for run in runs):
        models.refresh()
        refreshes += 1
        now = models.rows(NUMBERS)
        assert len(now) == len(set(now)), "a batch is there twice"
        assert seen <= set(now), "a batch that was completed is gone, or open again"
        seen = set(now)
    hindrances.end()
    for run in runs:
        dbt.finish(run, check=False)
    assert refreshes >= 2
    assert hindrances.count >= 2
    models.refresh()
    models.assert_agree()
    assert touched(database) == {1: ITEMS}
    assert models.rows(
        "select operation, status, processed_records, failed_records from {runs} order by 1"
    ) == [
        ("touch_items_by_7", "completed", ITEMS, 0),
        ("touch_watched", "completed_with_errors", ITEMS - 11, 11),
    ]
    assert models.refresh().output.count("[INSERT 0 0 in") == 4
