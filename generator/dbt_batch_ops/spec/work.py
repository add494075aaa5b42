"""The keys that say what is done: those of an operation and of each of its steps."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from dbt_batch_ops.spec.values import (
    Columns,
    Count,
    Delimiter,
    FunctionText,
    Mapping,
    Names,
    OneOf,
    Source,
    Switch,
    Text,
    Texts,
)

OPERATION_TYPES = ("update", "insert", "upsert", "delete", "select", "custom_function")
"""What an operation or a step can do."""

DATA_KEYS = {"update": "update_data", "insert": "insert_data", "upsert": "upsert_data"}
"""The key with the columns that a type writes."""

CSV_FILE = "csv_file"
"""The value of ``data_source`` for a CSV file, and the parameter that then names it."""

OperationType = Annotated[str, OneOf(*OPERATION_TYPES)]


class SpecModel(BaseModel):
    """A mapping of a spec: unknown keys are errors, values are never converted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Work(SpecModel):
    """What one operation, or one step of it, does to its table."""

    operation_type: OperationType | None = Field(
        None,
        description="What is done: `update`, `insert`, `upsert`, `delete`, `select` or `custom_function`. "
        "Default: `insert` when there is a `data_source`.",
        examples=["update"],
    )
    update_data: Mapping | None = Field(
        None,
        description="Column to value, for an update. A call (`NOW()`) is SQL, `:name` is a parameter, "
        "anything else is a literal; `{sql: …}` and `{value: …}` say it outright.",
        examples=[{"status": ":new_status", "updated_at": "NOW()"}],
    )
    insert_data: Mapping | None = Field(
        None,
        description="Column to value, for an insert: as `update_data`, and `:name.field` is a field of the "
        "rows that come from `data_source` or from an earlier step.",
        examples=[{"name": ":product.name"}],
    )
    upsert_data: Mapping | None = Field(
        None, description="Column to value, for an upsert.", examples=[{"name": ":product.name"}]
    )
    conflict_target: Names | None = Field(
        None,
        description="Columns with a unique index that decide whether an upsert inserts a row or updates the "
        "one that is there.",
        examples=["product_id"],
    )
    select_fields: Names | None = Field(
        None,
        description="Columns that a select hands to later steps, or writes to a file as an export.",
        examples=[["id", "email"]],
    )
    function: FunctionText | None = Field(
        None,
        description="Function that a custom_function calls, with its schema where that is not in the "
        "search_path.",
        examples=["calculate_customer_usage"],
    )
    input: Any = Field(
        None,
        description="What the function is given: one value, a list or rows (`:name`), or a mapping of the "
        "names of its arguments to values. Default: nothing.",
        examples=[{"month": ":target_month"}],
    )
    where_condition: Text | None = Field(
        None,
        description="SQL condition: only rows of the target for which it is true are worked on. Default: all "
        "rows.",
        examples=["id = ANY(:user_ids)"],
    )
    data_source: Source | None = Field(
        None,
        description="Where the rows of an import come from: a parameter that is a JSON array of records, or "
        "`csv_file`.",
        examples=["csv_file"],
    )
    csv_delimiter: Delimiter | None = Field(
        None, description="Character between CSV columns. Default: a comma.", examples=[";"]
    )
    csv_has_header: Switch | None = Field(
        None, description="Whether the CSV begins with names. Default: true.", examples=[False]
    )
    field_mapping: Columns | None = Field(
        None,
        description="Column to CSV column: its name in the header, or `csv_column_1` for the first.",
        examples=[{"price": "csv_column_2"}],
    )
    validation_rules: Texts | None = Field(
        None,
        description="SQL conditions over the columns that are written; each must be true for every imported "
        "row.",
        examples=[["price > 0"]],
    )
    batch_size: Count | None = Field(
        None,
        description="Rows per batch; every batch is committed on its own. Default: that of the operation, "
        "else 1000.",
        examples=[100],
    )
    idempotent: Switch | None = Field(
        None,
        description="Whether a custom function may be called again for a batch after a deadlock, a lock "
        "timeout and the like. Default: false.",
        examples=[True],
    )


class Step(Work):
    """One step of an operation with several."""

    name: Text | None = Field(None, description="Name of the step.", examples=["validate_data"])
    depends_on: Names | None = Field(
        None,
        description="Steps that must be finished first. Default: the step before.",
        examples=["validate_data"],
    )
    output: Text | None = Field(
        None,
        description="Name under which later steps see this step's rows: `:name.field`, or `:name` for a "
        "list.",
        examples=["validated_users"],
    )


WORK_KEYS = frozenset(Work.model_fields)
"""Keys that an operation and a step share."""
