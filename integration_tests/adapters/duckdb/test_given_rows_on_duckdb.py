"""Inserts and upserts of rows that a run is given, on DuckDB."""

from decimal import Decimal

import pytest

from support.adapters.duckdb import DuckProject
from support.commands.dbt import failing

AWKWARD = "it's \\ \"quoted\" {{ jinja }} -- ; 'x' \\' é 漢"


def products(count):
    return [
        {
            "id": number,
            "sku": f"sku {number}",
            "name": f"name {number}",
            "price": number + 0.5,
            "tags": ["a", "b"],
        }
        for number in range(count)
    ]


def staged(project: DuckProject) -> list[str]:
    tables = (
        "select table_name from duckdb_tables() where schema_name = 'batch_ops' and table_name like 'rows%'"
    )
    return [name for (name,) in project.rows(tables)]


@pytest.fixture(autouse=True)
def product(project):
    project.execute(
        "create table product (id bigint, sku varchar, name varchar, price decimal(10, 2), stock integer,"
        " tags varchar[], created_at timestamptz)"
    )


def test_records_are_inserted_in_batches_and_counted(project, dbt):
    output = dbt.run_operation("import_products", {"products": products(250)}).output
    assert "250 rows to insert, in batches of 100" in output
    assert "completed: 250 rows in 3 batches" in output
    assert project.rows("select count(*), count(distinct id), count(distinct created_at) from product") == [
        (250, 250, 1)
    ]
    assert project.rows("select sku, name, price, stock, tags from product where id = 7") == [
        ("sku 7", "NAME 7", Decimal("7.50"), 0, ["a", "b"])
    ]
    assert project.rows("select records from batch_ops.batches order by batch_number") == [
        (100,),
        (100,),
        (50,),
    ]
    assert staged(project) == []


def test_any_value_of_a_record_reaches_the_table_as_it_is(project, dbt):
    rows = [{"id": 1, "sku": AWKWARD[:39], "name": None, "price": "0.005", "tags": [AWKWARD, None, "b"]}]
    dbt.run_operation("import_products", {"products": rows})
    assert project.rows("select id, sku, name, price, tags from product") == [
        (1, AWKWARD[:39], None, Decimal("0.01"), [AWKWARD, None, "b"])
    ]


def test_a_field_that_a_record_does_not_have_is_null(project, dbt):
    dbt.run_operation("import_some", {"products": [{"sku": "a"}, {"id": 2}]})
    assert project.rows("select id, sku from product order by id nulls last") == [(2, None), (None, "a")]


def test_no_records_are_a_completed_run(project, dbt):
    assert "completed: 0 rows in 0 batches" in dbt.run_operation("import_products", {"products": []}).output


def test_records_that_are_none_and_values_of_no_use_are_told_before_anything_is_written(project, dbt):
    rows = [*products(3), "text", {"id": "x", "sku": "s", "price": "1", "tags": "no list"}]
    output = failing(dbt, "import_products", {"products": rows})
    assert 'a list of records is needed, and row 1 of those that are none is "text"' in output
    assert 'row 5: id: "x" is no BIGINT' in output
    assert 'row 5: tags: a list is needed, not "no list"' in output
    assert project.run_id() is None
    assert project.value("select count(*) from product") == 0


def test_rows_that_break_a_rule_refuse_the_run_each_with_its_rule(project, dbt):
    rows = products(20)
    rows[3]["price"] = -1
    rows[5]["price"] = None
    rows[6]["sku"] = "s" * 41
    output = failing(dbt, "import_products", {"products": rows})
    assert "import_products was not started; nothing was changed:" in output
    assert "parameter products: row 4: price > 0 is not true" in output
    assert "parameter products: row 6: price > 0 is not true" in output
    assert "parameter products: row 7: length(sku) < 40 is not true" in output
    assert project.run_id() is None
    assert (project.value("select count(*) from product"), staged(project)) == (0, [])


def test_of_many_invalid_rows_the_first_are_told_and_how_many_there_are(project, dbt):
    rows = [{**row, "price": 0} for row in products(30)]
    output = failing(dbt, "import_products", {"products": rows})
    assert output.count("price > 0 is not true") == 10
    assert "30 of 30 rows are invalid" in output


def test_a_column_that_may_not_be_null_is_missed_before_anything_is_written(project, dbt):
    project.execute("alter table product alter sku set not null")
    output = failing(dbt, "import_some", {"products": [{"id": 1, "sku": "a"}, {"id": 2}]})
    assert "row 2: sku is missing, and may not be null" in output
    project.execute("alter table product alter name set not null")
    output = failing(dbt, "import_some", {"products": [{"id": 1, "sku": "a"}]})
    assert "column name of" in output
    assert "may not be null and has no default" in output
    assert project.value("select count(*) from product") == 0


def test_rows_of_a_query_and_of_a_model_are_inserted(project, dbt):
    query = (
        "select range as id, 'q' || range as sku, 'n' as name, 1.255 as price, ['t'] as tags from range(150);"
    )
    dbt.run_operation("import_products", {"products": {"query": query}})
    assert project.rows("select count(*), min(price), max(price) from product") == [
        (150, Decimal("1.26"), Decimal("1.26"))
    ]
    project.execute("create table offered as select id + 1000 as id, sku, name, price, tags from product")
    file = project.write("models/offered.sql", "select 1 as id")
    try:
        dbt.run_operation("import_products", {"products": {"ref": "offered"}})
    finally:
        file.unlink()
    assert project.value("select count(*) from product") == 300


def test_a_query_with_a_value_of_no_use_changes_nothing(project, dbt):
    query = "select 'x' as id, 's' as sku, 'n' as name, 1 as price, ['t'] as tags"
    assert "Could not convert string 'x'" in failing(dbt, "import_products", {"products": {"query": query}})
    assert (project.run_id(), staged(project)) == (None, [])


def test_a_query_is_refused_where_the_spec_does_not_allow_it(project, dbt):
    assert "does not take a query" in failing(dbt, "import_some", {"products": {"query": "select 1"}})


def test_a_limit_takes_the_first_rows(project, dbt):
    output = dbt.run_operation("import_some", {"products": products(5)}).output
    assert "3 rows to insert" in output
    assert "2 of 5 rows are left out: max_records" in output
    assert project.rows("select id from product order by id") == [(0,), (1,), (2,)]


def test_a_dry_run_counts_and_shows_the_statement_and_changes_nothing(project, dbt):
    output = dbt.run_operation("import_products", {"products": products(250), "dry_run": True}).output
    assert "rows to insert   250" in output
    assert "batches          3, of at most 100 rows" in output
    assert "walk             staged rows" in output
    assert "\"batch_ordinal\" <= cast('100' as bigint)" in output
    assert project.value("select count(*) from duckdb_schemas() where schema_name = 'batch_ops'") == 0


def test_one_row_of_constants_is_inserted_once(project, dbt):
    dbt.run_operation("add_product", {"id": 5, "sku": "five"})
    assert project.rows("select id, sku, name from product") == [(5, "five", "it's new")]
    assert project.value("select created_at > now() - interval 1 hour from product")


def test_an_upsert_inserts_and_updates_and_leaves_alone_what_would_not_change(project, dbt):
    project.execute("insert into product (id, sku, price) values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    rows = [
        {"sku": "a", "price": 1},
        {"sku": "b", "price": 20},
        {"sku": "d", "price": 40},
        {"sku": None, "price": 5},
    ]
    output = dbt.run_operation("set_prices", {"prices": rows}).output
    assert "completed: 3 rows in 1 batch" in output
    assert project.rows("select id, sku, price from product order by price") == [
        (1, "a", 1),
        (3, "c", 3),
        (None, None, 5),
        (2, "b", 20),
        (None, "d", 40),
    ]


def test_of_several_rows_with_the_same_conflict_target_the_last_one_wins(project, dbt):
    rows = [{"sku": f"s{number % 150}", "price": number} for number in range(400)]
    output = dbt.run_operation("set_prices", {"prices": rows, "factor": 2}).output
    assert "250 of 400 rows are replaced by a later row with the same key" in output
    assert "completed: 150 rows in 2 batches" in output
    assert project.rows("select count(*), min(price), max(price) from product") == [(150, 500, 798)]


def test_a_conflict_target_that_is_in_several_rows_is_refused(project, dbt):
    project.execute("insert into product (id, sku) values (1, 'a'), (2, 'a'), (3, null), (4, null)")
    output = failing(dbt, "set_prices", {"prices": [{"sku": "a", "price": 1}]})
    assert "1 value of conflict_target (sku)" in output
    assert project.run_id() is None


def test_a_plan_is_confirmed_without_giving_the_rows_again(project, dbt):
    output = dbt.run_operation("import_confirmed", {"products": products(5)}).output
    assert "5 rows to insert, in batches of 2 (3 batches)" in output
    assert len(staged(project)) == 1
    dbt.run_operation("import_confirmed", {"confirm": project.run_id()})
    assert project.value("select count(*) from product") == 5
    assert staged(project) == []


def test_a_cancelled_plan_leaves_no_rows_behind(project, dbt):
    dbt.run_operation("import_confirmed", {"products": products(5)})
    dbt.run_operation("dbt_batch_ops.cancel", {"operation_id": project.run_id()})
    assert staged(project) == []


def test_steps_have_rows_of_their_own_and_all_are_frozen_when_the_run_opens(project, dbt):
    prices = [{"sku": f"sku {number}", "price": 9} for number in range(200, 300)]
    dbt.run_operation("import_and_price", {"products": products(250), "prices": prices})
    assert project.rows("select stock, price, count(*) from product group by all order by all") == [
        (1, Decimal(9), 50),
        (1, None, 200),
        (None, Decimal(9), 50),
    ]


def test_an_idempotency_key_knows_the_rows_that_it_was_given_with(project, dbt):
    given = {"products": products(3), "idempotency_key": "November"}
    dbt.run_operation("import_some", given)
    assert "which is not done again" in dbt.run_operation("import_some", given).output
    assert "other parameters" in failing(dbt, "import_some", {**given, "products": products(4)})
    assert project.value("select count(*) from product") == 3


def test_the_ledger_keeps_the_number_of_the_rows_and_not_the_rows(project, dbt):
    dbt.run_operation("import_products", {"products": products(3)})
    kept = project.value("select parameters from batch_ops.run_events where parameters is not null")
    assert '"rows": 3' in kept
    assert "sku 1" not in kept


def test_a_csv_file_is_loaded_by_the_names_and_places_of_its_columns(project, dbt, tmp_path):
    file = tmp_path / "it's products.csv"
    lines = [f'{number},"sku ""{number}""",{number}.5,name {number}\n' for number in range(250)]
    file.write_text("no,SKU,price,Product Name\n" + "".join(lines))
    output = dbt.run_operation("load_products", {"csv_file": str(file)}).output
    assert "completed: 250 rows in 3 batches" in output
    assert project.rows("select sku, name, price, stock from product where id = 7") == [
        ('sku "7"', "NAME 7", Decimal("7.50"), 1)
    ]
    assert staged(project) == []


def test_invalid_rows_of_a_csv_file_are_left_out_and_recorded_each_with_its_reason(project, dbt, tmp_path):
    file = tmp_path / "products.csv"
    file.write_text('no,SKU,price,Product Name\n1,a,1,n\nx,b,2,n\n3,"",,n\n4,,-1,n\n5,e,5,n\n')
    output = dbt.run_operation("load_products", {"csv_file": str(file)}).output
    assert "3 of 5 rows are invalid and left out; see batch_ops.errors" in output
    assert project.rows("select id, sku from product order by id") == [(1, "a"), (5, "e")]
    assert project.rows("select row_number, error_message from batch_ops.errors order by 1") == [
        (2, 'id: "x" is no BIGINT'),
        (3, "price > 0 is not true"),
        (4, "price > 0 is not true"),
    ]


def test_invalid_records_are_left_out_and_recorded_each_with_its_reason(project, dbt):
    rows = products(250)
    rows[3]["id"] = "three"
    rows[5]["price"] = 0
    rows[6]["id"] = 6.5
    rows[7]["price"] = {"amount": 1}
    output = dbt.run_operation("import_what_is_valid", {"products": rows}).output
    assert "4 of 250 rows are invalid and left out" in output
    assert "completed: 246 rows in 3 batches" in output
    assert project.rows("select row_number, error_message from batch_ops.errors order by 1") == [
        (4, 'id: "three" is no BIGINT'),
        (6, "price > 0 is not true"),
        (7, 'id: "6.5" is no BIGINT'),
        (8, 'price: "{"amount": 1}" is no decimal(38, 10)'),
    ]
    assert project.rows("select id, price, tags from product order by id limit 1") == [
        (0, Decimal("0.50"), ["a", "b"])
    ]
    assert staged(project) == []


def test_more_invalid_rows_than_max_errors_refuse_the_run(project, dbt, tmp_path):
    file = tmp_path / "products.csv"
    file.write_text("no,SKU,price,Product Name\n" + "x,a,1,n\n" * 4)
    output = failing(dbt, "load_products", {"csv_file": str(file)})
    assert 'parameter csv_file: row 1: id: "x" is no BIGINT' in output
    assert "4 of 4 rows are invalid, and max_errors is 3" in output
    assert (project.run_id(), staged(project)) == (None, [])
    assert project.value("select count(*) from batch_ops.errors") == 0


def test_an_empty_value_of_a_csv_file_is_null_and_one_in_quotes_an_empty_text(project, dbt, tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text('"";1\n;2\nc;3\nc;4\n')
    dbt.run_operation("load_prices", {"csv_file": str(file)})
    assert project.rows("select sku, price from product order by price") == [
        ("", Decimal(1)),
        (None, Decimal(2)),
        ("c", Decimal(4)),
    ]


def test_a_csv_file_with_a_value_of_no_use_refuses_the_run_where_none_may_be_left_out(project, dbt, tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text("a;1\nb;cheap\n")
    output = failing(dbt, "load_prices", {"csv_file": str(file)})
    assert 'parameter csv_file: row 2: price: "cheap" is no decimal(38, 10)' in output
    assert project.value("select count(*) from product") == 0


def test_a_csv_file_that_is_not_there_or_has_other_columns_is_told(project, dbt, tmp_path):
    file = tmp_path / "products.csv"
    assert "No files found" in failing(dbt, "load_products", {"csv_file": str(file)})
    file.write_text("no,SKU,price\n1,a,1\n")
    output = failing(dbt, "load_products", {"csv_file": str(file)})
    assert "has no column Product Name; its columns are: no, SKU, price" in output


def test_a_seed_is_loaded(project, dbt):
    seed = project.write("seeds/offers.csv", "no,SKU,price,Product Name\n1,a,1.5,n\n2,b,2,n\n")
    try:
        assert "seed offers is not in the database yet" in failing(
            dbt, "load_products", {"csv_file": "offers"}
        )
        dbt.run("seed")
        dbt.run_operation("load_products", {"csv_file": "offers"})
    finally:
        seed.unlink()
    assert project.rows("select id, price from product order by id") == [
        (1, Decimal("1.50")),
        (2, Decimal(2)),
    ]
