"""For any number of workers, keys, gaps, batches and slices: ranges tile, and every row is changed once.

A failing example is printed with ``@reproduce_failure``, which repeats it,
as far as the sessions agree: who claims what is up to them.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import accumulate, chain, cycle, islice

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from support.engine.account_runs import NOT_TILED, Run
from support.engine.engine import start, work_off
from support.engine.worker_groups import claims_held_up

MOST_WORKERS = 8
MOST_ROWS = 2000
MOST_BATCHES = 60
RESET = """
truncate batch_ops.runs cascade;
truncate account;
insert into account select id, 0, false from unnest(%s::bigint[]) as id;
"""
NUMBERS_AND_RECORDS = """
select array_agg(batch_number order by batch_number), max(records), sum(records)
from batch_ops.batches
where operation_id = %s
"""


@st.composite
def sizes_and_keys(draw):
    """The size of a batch, and keys with gaps that come again and again."""
    # At five hundred, batches are no longer claimed together.
    size = draw(st.one_of(st.integers(1, 20), st.sampled_from([499, 500]), st.integers(1, 700)))
    count = draw(st.integers(1, min(MOST_ROWS, MOST_BATCHES * size)))
    first = draw(st.integers(-(10**12), 10**12))
    # Where there are hardly any gaps, the engine counts on instead of looking for the next keys.
    gap = st.one_of(st.just(1), st.just(1), st.integers(2, 5), st.integers(2, 10**6))
    gaps = draw(st.lists(gap, min_size=1, max_size=30))
    return size, list(accumulate(chain([first], islice(cycle(gaps), count - 1))))


slices_of_workers = st.lists(st.sampled_from([0.0, 0.005, 0.05, 60.0]), min_size=1, max_size=MOST_WORKERS)


@pytest.fixture
def sessions(little_database):
    """As many sessions as may work at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(little_database.session()) for _ in range(MOST_WORKERS)]


def test_ranges_tile_and_every_row_is_changed_once_for_any_number_of_workers(
    little_database, little_request, sessions, is_full
):
    @settings(
        max_examples=40 if is_full else 8,
        deadline=None,
        print_blob=True,
        database=None,
        # What the sessions make of an example is not the same every time.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        size_and_keys=sizes_and_keys(),
        iterate_by=st.sampled_from(["range", "keys"]),
        slices=slices_of_workers,
        may_take_over=st.booleans(),
    )
    def work_off_together(size_and_keys, iterate_by, slices, may_take_over):
        size, keys = size_and_keys
        little_database.execute(RESET, [keys])
        (step,) = little_request["steps"]
        step = {**step, "batch_size": size, "iterate_by": iterate_by}
        run = Run(little_database, start(sessions[0], little_request, steps=[step])["operation_id"])
        if may_take_over:
            run.claim_again_after("0")
        workers = sessions[: len(slices)]
        with ThreadPoolExecutor(MOST_WORKERS) as threads:
            with claims_held_up(run, [worker.info.backend_pid for worker in workers]):
                ends = [
                    threads.submit(work_off, worker, run.id, seconds)
                    for worker, seconds in zip(workers, slices, strict=True)
                ]
            # Who may take over does not wait for those who still have something to do.
            expected = {"completed", "blocked"} if may_take_over else {"completed"}
            assert {end.result()["status"] for end in ends} <= expected
        assert little_database.rows("select id, credits from account where credits <> 1") == []
        assert little_database.rows(NOT_TILED, {"run": run.id}) == []
        run.assert_completed()
        numbers, most, records = little_database.row(NUMBERS_AND_RECORDS, [run.id])
        assert numbers == list(range(1, len(numbers) + 1))
        assert most <= size
        assert records == len(keys)

    work_off_together()
