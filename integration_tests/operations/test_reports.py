"""What an operation prints at its end, and its exit code.

What it does to the data, and what the ledger says of that, is in ``engine/``.
"""

import pytest

from support.engine.sources import EDGES, batch_sizes
from support.selection.matrices import some
from support.tables.items import create_items
from support.tables.products import PRODUCTS, create_metrics, create_products, create_shipments
from support.tables.users import create_users


def failure(dbt, operation, args=None):
    """Run an operation that has to fail while it works; returns what is said of that."""
    result = dbt.run_operation(operation, args, check=False)
    assert result.exit_code == 1, str(result)
    assert "Traceback" not in result.output
    return result.output.split("failed in", 1)[1]


class TestCompleted:
    def test_of_nothing(self, dbt, database):
        create_items(database, 0)
        assert "completed: 0 rows in 0 batches" in dbt.run_operation("touch_items_by_100").output

    def test_of_steps_that_find_nothing(self, dbt, database):
        create_shipments(database, 10, "'new'")
        assert "completed: 0 rows in 0 batches" in dbt.run_operation("release_shipments").output

    @pytest.mark.parametrize("count", some(EDGES, "one", "one more than a batch"))
    def test_of_rows_that_are_given(self, dbt, database, count):
        create_products(database)
        query = PRODUCTS.format(count=count)
        said = dbt.run_operation("load_products", {"products": {"query": query}}).output
        rows = "1 row" if count == 1 else f"{count} rows"
        assert f"completed: {rows} in {len(batch_sizes(count))} batch" in said

    def test_of_one_call(self, dbt, database):
        database.execute(
            """
            create table job (id bigint primary key, state text);
            create schema app;
            create function app.handle_month(factor integer, note text, month date) returns void
            language sql as 'select'
            """
        )
        assert "one call" in dbt.run_operation("handle_month", {"month": "2024-02-01"}).output

    def test_each_step_has_a_line(self, dbt, database):
        create_shipments(database, 40, "case when n <= 22 then 'ready' else 'new' end")
        rows = [line.split() for line in dbt.run_operation("release_shipments").lines]
        assert ["find_ready", "select", "22", "5"] in rows
        assert ["mark_ready", "update", "22", "4"] in rows
        assert ["drop_empty", "delete", "4", "2"] in rows

    def test_rows_that_a_limit_leaves_out_are_counted(self, dbt, database):
        create_products(database)
        given = [{"name": f"P{n}", "price": n} for n in range(1, 26)]
        said = dbt.run_operation("import_first_10_products", {"products": given}).output
        assert "15 of 25 rows are left out: max_records" in said

    def test_rows_that_a_later_one_replaces_are_counted(self, dbt, database):
        create_metrics(database)
        given = [{"code": f"M{n % 10}", "amount": n} for n in range(1, 32)]
        said = dbt.run_operation("merge_metrics", {"measures": given}).output
        assert "21 of 31 rows are replaced by a later row with the same key" in said


class TestFailed:
    def test_an_update_names_the_batch(self, dbt, database):
        create_users(database, 300)
        database.execute('alter table "user" add constraint no_150 check (id <> 150 or status <> $$done$$)')
        args = {"user_ids": list(range(1, 301)), "new_status": "done"}
        assert " batch 2" in failure(dbt, "set_status_of_users", args)

    def test_an_insert_names_the_batch_and_the_constraint(self, dbt, database):
        create_products(database)
        database.execute("alter table product add constraint unlucky check (name <> 'Product 10')")
        said = failure(dbt, "load_products", {"products": {"query": PRODUCTS.format(count=20)}})
        assert said.startswith(" batch 2")
        assert 'violates check constraint "unlucky"' in said

    def test_a_function_is_quoted_with_its_sqlstate(self, dbt, database):
        database.execute(
            """
            create table job (id bigint primary key, state text);
            create function handle(given bigint[]) returns void language plpgsql as $$
            begin if 10 = any (given) then raise 'unlucky'; end if; end $$
            """
        )
        said = failure(dbt, "handle_ids", {"ids": list(range(1, 21))})
        assert said.startswith(" batch 2")
        assert "unlucky (SQLSTATE P0001)" in said

    def test_one_of_several_steps_names_the_step_and_the_batch(self, dbt, database):
        create_shipments(database, 22)
        database.execute(
            "alter table shipment add constraint unlucky check (id <> 10 or status <> 'released')"
        )
        said = failure(dbt, "release_shipments")
        assert "mark_ready" in said
        assert "batch 2" in said
        assert 'violates check constraint "unlucky"' in said

    def test_invalid_rows_of_a_step_before_are_told_with_the_step(self, dbt, database):
        create_shipments(database)
        database.execute(
            """
            create schema app;
            create function app.plan_day(day date) returns table (code text, weight integer)
            language sql as $$ select 'S' || n, n - 2 from generate_series(1, 10) as n $$;
            create function app.announce(ids bigint[]) returns void language sql as 'select';
            """
        )
        said = failure(dbt, "order_shipments", {"day": "2024-01-31", "status": "planned"})
        assert "step add" in said
        assert "2 of 10 rows are invalid" in said
        assert "row 1: weight > 0" in said
