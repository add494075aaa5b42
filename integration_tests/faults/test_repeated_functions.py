"""Functions are called again by themselves only where the spec says that this does no harm."""

import pytest

from support.engine.account_runs import Run

HANDLED = """
create table handled (number integer);
create function handle_ware(number integer) returns void language plpgsql as $$
declare
    attempt integer;
begin
    perform from latch where latch.number = handle_ware.number for update;
    attempt := nextval('strikes');
    if number = 150 and attempt < 10000 then
        perform setval('strikes', 10000);
        raise exception 'busy' using errcode = '{sqlstate}';
    end if;
    insert into handled values (number);
end $$;
"""
ONCE = "select number from handled group by number having count(*) <> 1"
NUMBERS = {"numbers": list(range(1, 601))}


@pytest.mark.parametrize("sqlstate", ["40P01", "55P03", "P0001"])
@pytest.mark.parametrize("operation", ["handle_wares", "handle_wares_again"])
def test_a_function_is_called_again_by_itself_only_after_a_passing_error_and_if_it_may(
    dbt, open_wares, operation, sqlstate
):
    database = open_wares("update").database
    database.execute(HANDLED.format(sqlstate=sqlstate))
    result = dbt.run_operation(operation, NUMBERS, check=False)
    run = Run.newest(database)
    may_pass = operation == "handle_wares_again" and sqlstate != "P0001"
    assert (result.exit_code, run.status) == ((0, "completed") if may_pass else (1, "failed"))
    assert database.value("select count(*) from handled") == (600 if may_pass else 140)
    kind = "retried" if may_pass else "batch"
    assert database.rows("select kind, sqlstate, batch_number from batch_ops.errors") == [(kind, sqlstate, 8)]
    dbt.run_operation(operation, run.arguments)
    assert run.status == "completed"
    assert database.rows(ONCE) == []
    assert database.value("select count(*) from handled") == 600
