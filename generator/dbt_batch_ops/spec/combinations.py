"""Which keys an operation type takes, which it needs, and which exclude each other."""

from __future__ import annotations

from collections.abc import Mapping, Set

from dbt_batch_ops.spec.diagnostics import listed
from dbt_batch_ops.spec.document import Document, Location
from dbt_batch_ops.spec.model import Operation
from dbt_batch_ops.spec.work import CSV_FILE, DATA_KEYS, OPERATION_TYPES, WORK_KEYS, Work

_CSV_KEYS = ("csv_delimiter", "csv_has_header", "field_mapping")
_IMPORT_KEYS = ("data_source", *_CSV_KEYS, "validation_rules", "where_condition")

_TAKES: Mapping[str, frozenset[str]] = {
    "update": frozenset({"update_data", "where_condition"}),
    "delete": frozenset({"where_condition"}),
    "select": frozenset({"select_fields", "where_condition"}),
    "insert": frozenset({"insert_data", *_IMPORT_KEYS}),
    "upsert": frozenset({"upsert_data", "conflict_target", *_IMPORT_KEYS}),
    "custom_function": frozenset(
        {"function", "input", "data_source", "csv_delimiter", "csv_has_header", "idempotent"}
    ),
}
"""The keys of ``Work`` that each type acts on, besides ``operation_type`` and ``batch_size``."""

_EVERY_TYPE = frozenset({"operation_type", "batch_size"})

_ADVICE: Mapping[tuple[str, str], str] = {
    ("update", "data_source"): "use an upsert, or a list: 'where_condition: \"id = ANY(:ids)\"'",
    ("delete", "data_source"): "use a list: 'where_condition: \"id = ANY(:ids)\"'",
    ("select", "data_source"): "use a list: 'where_condition: \"id = ANY(:ids)\"'",
    ("custom_function", "where_condition"): "select the rows in a step before",
    ("custom_function", "validation_rules"): "the function itself decides what it accepts",
    ("custom_function", "field_mapping"): "write 'input' with fields, as ':csv_file.csv_column_1'",
    ("insert", "conflict_target"): "only an upsert has conflicts; write 'operation_type: upsert'",
}
"""What to do instead, where that is more than to remove the key."""

_NEEDS: Mapping[str, tuple[str, str]] = {
    "update": ("update_data", "an update needs the columns to set"),
    "select": ("select_fields", "a select needs the columns that it returns"),
    "custom_function": ("function", "a custom_function needs the name of the function"),
}
"""The key that a type cannot do without, and why."""

_IMPORTS = ("insert", "upsert")


def effective_type(work: Work, written: Set[str]) -> str | None:
    """Return the operation type of an operation or step: a ``data_source`` alone makes it an insert.

    Args:
        work: The operation or step.
        written: The keys that it has, right or wrong.

    Returns:
        The type; ``None`` when there is none or it is wrong.
    """
    if "operation_type" not in written and "steps" not in written and "data_source" in written:
        return "insert"
    return work.operation_type


def check_work(document: Document, work: Work, written: Set[str], location: Location) -> None:
    """Record what an operation without steps, or a step, lacks or contradicts.

    Args:
        document: The file.
        work: The operation or step, without the keys that are wrong by themselves.
        written: The keys that it has, right or wrong.
        location: Where it stands.
    """
    if "operation_type" not in written and "data_source" not in written:
        problem = f"missing 'operation_type' (one of {listed(OPERATION_TYPES)})"
        if location[-2:-1] != ("steps",):
            problem += " or 'steps'"
        document.error(document.position(location), problem)
        return
    type_ = effective_type(work, written)
    if type_ is None:
        return
    place = (*location, "operation_type")
    for key in sorted((written & WORK_KEYS) - _TAKES[type_] - _EVERY_TYPE):
        advice = _ADVICE.get((type_, key), "remove it")
        article = "an" if type_[0] in "iu" else "a"
        problem = f"'{key}' has no meaning for {article} {type_}; {advice}"
        document.error(document.key_position((*location, key)), problem)
    needed = _NEEDS.get(type_)
    if needed is not None and needed[0] not in written:
        document.error(document.position(place), f"missing '{needed[0]}': {needed[1]}")
    if type_ in _IMPORTS:
        _check_import(document, type_, work, written, location)
    _check_csv(document, work, written, location)


def counts_errors(operation: Operation) -> bool:
    """Return whether a run goes on after a row that failed, so that failed rows can be counted and limited.

    Args:
        operation: The operation.
    """
    goes_on = operation.error_handling in ("continue_on_error", "collect_errors")
    return goes_on or operation.skip_invalid_rows is True


def _check_import(document: Document, type_: str, work: Work, written: Set[str], location: Location) -> None:
    place = (*location, "operation_type")
    data_key = DATA_KEYS[type_]
    if not written & {data_key, "field_mapping"}:
        other = " or 'field_mapping'" if work.data_source == CSV_FILE else ""
        problem = f"missing '{data_key}'{other}: an {type_} needs the columns to write"
        document.error(document.position(place), problem)
    if type_ == "upsert" and "conflict_target" not in written:
        problem = "missing 'conflict_target': the columns that say whether a row is already there"
        document.error(document.position(place), problem)
    if "data_source" in written and "where_condition" in written:
        problem = (
            "'where_condition' chooses rows of the target, but the rows come from 'data_source'; "
            "use 'validation_rules' with 'skip_invalid_rows: true'"
        )
        document.error(document.key_position((*location, "where_condition")), problem)


def _check_csv(document: Document, work: Work, written: Set[str], location: Location) -> None:
    is_csv = work.data_source == CSV_FILE or ("data_source" in written and work.data_source is None)
    for key in _CSV_KEYS:
        if key in written and not is_csv:
            problem = f"'{key}' has no meaning without 'data_source: csv_file'"
            if key == "field_mapping":
                problem += "; fields of records are written as ':row.field' in insert_data"
            document.error(document.key_position((*location, key)), problem)
