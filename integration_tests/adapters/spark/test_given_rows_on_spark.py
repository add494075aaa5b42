"""Inserts and upserts of rows that a run is given, on Spark; killed, too."""

import time
from decimal import Decimal

import pytest

from support.adapters.delta import DeltaTable
from support.adapters.spark import hold
from support.adapters.spark_client import Background, Gate
from support.commands.dbt import failing

AWKWARD = "it's \\ \"q\" {{ j }} -- ; '\\' é\n`b`"
OFFERED = {"products": {"query": "select * from offered"}}
COUNT = 1_000


def products(count):
    return [
        {"id": number, "sku": f"sku {number}", "name": f"n{number}", "price": number + 0.5, "tags": ["a"]}
        for number in range(count)
    ]


@pytest.fixture
def product(project, client):
    """Table ``product``, with no rows."""
    location = project.tables / "product"
    client.run(
        "create table product (id bigint, sku string, name string, price decimal(10, 2), stock int,"
        f" tags array<string>, created_at timestamp) using delta location '{location}'"
    )
    return DeltaTable(location)


@pytest.fixture
def offered(project, client):
    """Table ``offered`` with products that are given."""
    return client.make_table(
        "offered",
        project.tables / "offered",
        "select id, concat('sku ', id) as sku, 'n' as name, cast(1 as decimal(10, 2)) as price,"
        f" array('t') as tags from range({COUNT})",
    )


def ids(product):
    return sorted(row["id"] for row in product.rows())


def recorded(project):
    return sum(e["records"] for e in project.events("batch_events") if e["status"] == "completed")


def test_records_are_inserted_in_batches_and_counted(project, dbt, product):
    output = dbt.run_operation("import_products", {"products": products(250)}).output
    assert "250 rows to insert, in batches of 100" in output
    assert "completed: 250 rows in 3 batches" in output
    assert ids(product) == list(range(250))
    (row,) = [row for row in product.rows() if row["id"] == 7]
    assert (row["sku"], row["name"], row["price"], row["stock"]) == ("sku 7", "N7", Decimal("7.50"), 0)
    assert row["tags"] == ["a"]


def test_any_value_of_a_record_reaches_the_table_as_it_is(project, dbt, product):
    rows = [{"id": 1, "sku": AWKWARD, "name": None, "price": "0.125", "tags": [AWKWARD, None]}]
    dbt.run_operation("import_products", {"products": rows})
    (row,) = product.rows()
    assert (row["sku"], row["name"], row["tags"]) == (AWKWARD, None, [AWKWARD, None])
    assert row["price"] == Decimal("0.13")


def test_rows_that_break_a_rule_or_are_of_no_use_refuse_the_run(project, dbt, product):
    rows = products(5)
    rows[3]["price"] = -1
    output = failing(dbt, "import_products", {"products": rows})
    assert "parameter products: row 4: price > 0 is not true" in output
    rows[3]["price"] = "cheap"
    assert 'row 4: price: "cheap" is no decimal' in failing(dbt, "import_products", {"products": rows})
    assert (ids(product), project.run_id()) == ([], None)


def test_a_seed_is_loaded_and_its_invalid_rows_are_recorded(project, dbt, product, client):
    client.make_table(
        "offered",
        project.tables / "offered",
        "select * from (values ('1', 'a', '1.5', 'n'), ('x', 'b', '2', 'n'), ('3', 'c', '-1', null))"
        " as listed (no, SKU, price, `Product Name`)",
    )
    seed = project.write("seeds/offered.csv", "no,SKU,price,Product Name\n")
    try:
        output = dbt.run_operation("load_products", {"csv_file": "offered"}).output
        dbt.run_operation("set_prices", {"prices": {"ref": "offered"}})
    finally:
        seed.unlink()
    assert "2 of 3 rows are invalid and left out; see batch_ops.errors" in output
    assert sorted((row["sku"], row["id"], row["name"], row["price"]) for row in product.rows()) == [
        ("a", 1, "N", Decimal("1.5")),
        ("b", None, None, Decimal(2)),
        ("c", None, None, Decimal(-1)),
    ]
    assert sorted((row["row_number"], row["error_message"]) for row in project.events("errors")) == [
        (2, 'id: "x" is no bigint'),
        (3, "price > 0 is not true"),
    ]


def test_a_file_of_this_machine_is_refused(project, dbt, product):
    assert "spark does not read files of this machine" in failing(
        dbt, "load_products", {"csv_file": "/tmp/products.csv"}
    )


def test_one_row_of_constants_is_inserted_once(project, dbt, product):
    dbt.run_operation("add_product", {"id": 5, "sku": "five"})
    (row,) = product.rows()
    assert (row["id"], row["sku"], row["name"]) == (5, "five", "it's new")


def test_an_upsert_inserts_and_updates_and_leaves_alone_what_would_not_change(project, dbt, product, client):
    client.run(
        "merge into product using (select * from (values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3))"
        " as listed (id, sku, price)) as given on false"
        " when not matched then insert (id, sku, price) values (given.id, given.sku, given.price)"
    )
    rows = [
        {"sku": "b", "price": 7},
        {"sku": "a", "price": 1},
        {"sku": "b", "price": 20},
        {"sku": "d", "price": 4},
    ]
    output = dbt.run_operation("set_prices", {"prices": rows}).output
    assert "1 of 4 rows are replaced by a later row with the same key" in output
    assert "completed: 2 rows in 1 batch" in output
    found = sorted((row["sku"], row["id"], row["price"]) for row in product.rows())
    assert found == [("a", 1, 1), ("b", 2, 20), ("c", 3, 3), ("d", None, 4)]
    dbt.run_operation("set_prices", {"prices": rows})
    assert len(product.rows()) == 4


def test_steps_have_rows_of_their_own_and_all_are_frozen_when_the_run_opens(project, dbt, product):
    prices = [{"sku": f"sku {number}", "price": 9} for number in range(200, 300)]
    dbt.run_operation("import_and_price", {"products": products(250), "prices": prices})
    found = [(row["stock"], row["price"]) for row in product.rows()]
    assert {pair: found.count(pair) for pair in found} == {
        (1, Decimal(9)): 50,
        (1, None): 200,
        (None, Decimal(9)): 50,
    }


def test_an_insert_killed_at_random_moments_until_it_is_done_inserts_every_row_once(
    project, dbt, product, offered, random
):
    kills = 0
    while True:
        process = dbt.start_operation("import_products", project.arguments or OFFERED)
        process.wait_for("Found ")
        deadline = time.monotonic() + random.uniform(0.5, 1.5 + kills * 0.3)
        while process.is_running and time.monotonic() < deadline:
            time.sleep(0.001)
        if not process.is_running:
            break
        process.kill()
        kills += 1
        assert len(set(ids(product))) == len(ids(product)), "a row was inserted twice"
        assert len(ids(product)) - recorded(project) in (0, 100)
    dbt.finish(process)
    assert kills > 2
    assert project.status == "completed"
    assert ids(product) == list(range(COUNT))
    assert recorded(project) == COUNT


@pytest.mark.parametrize("moment", ["before 1", "before 3", "after 3"])
def test_an_insert_killed_around_its_statement_goes_on_with_the_rows_it_was_opened_with(
    project, dbt, product, offered, client, moment
):
    hold(project, "import_products", moment, OFFERED).kill()
    client.run("delete from offered where id > 500")
    output = dbt.run_operation("import_products", project.arguments).output
    assert ("was committed before the interruption: 100 rows" in output) == moment.startswith("after")
    assert ids(product) == list(range(COUNT))
    assert recorded(project) == COUNT


def test_an_upsert_killed_after_its_statement_is_not_done_again(project, dbt, product, offered):
    prices = {"prices": {"query": "select sku, id as price from offered"}}
    hold(project, "set_prices", "after 2", prices).kill()
    output = dbt.run_operation("set_prices", project.arguments).output
    assert "batch 2 was committed before the interruption: 100 rows" in output
    assert sorted(row["price"] for row in product.rows()) == list(range(COUNT))
    assert recorded(project) == COUNT


def test_an_insert_that_outlives_its_client_is_fenced_off(project, dbt, product, offered, client, tmp_path):
    hold(project, "import_products", "before 3", OFFERED).kill()
    # What the server would still be at, had the client been killed a moment later.
    gate = Gate(tmp_path / "gate")
    client.register_gate(gate)
    left_behind = Background(
        client,
        "merge into product using ("
        "select id from offered where id >= 200 and id < 300 and gate(id) = id) as given"
        f" on 'batch_ops:{project.run_id()}/1/3;' is null"
        " when not matched then insert (id) values (given.id)",
    )
    gate.wait_until_reached()
    going_on = hold(project, "import_products", "before 3")
    gate.open()
    assert left_behind.wait().error is not None
    going_on.kill()
    dbt.run_operation("import_products", project.arguments)
    assert ids(product) == list(range(COUNT))


def test_a_server_that_is_killed_is_started_again_and_an_insert_goes_on(project, dbt, product, offered, sail):
    process = hold(project, "import_products", "after 3", OFFERED)
    sail.kill()
    process.kill()
    sail.start()
    dbt.run_operation("import_products", project.arguments)
    assert ids(product) == list(range(COUNT))
    assert recorded(project) == COUNT
