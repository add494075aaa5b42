{#-
  The tables of the ledger: {table: {column: type}}, in types that every engine has.

  The installation comes last: when it is there, all are. Only ever appended to: what holds is the newest event. An open step is an event of its run with its number and its rows. table_version
  is one that the target's table had when a batch was intended, and after valid_until its statement changes nothing any more,
  where statement and event are not one transaction.
-#}
{% macro _portable_ledger_columns() %}
    {{ return({
        "run_events": {
            "operation_id": "string",
            "event_number": "bigint",
            "happened_at": "timestamp",
            "status": "string",
            "token": "string",
            "operation": "string",
            "target": "string",
            "spec_hash": "string",
            "spec_path": "string",
            "generator_version": "string",
            "package_version": "string",
            "idempotency_key": "string",
            "parameters": "string",
            "run_started_at": "string",
            "details": "string",
            "step_number": "bigint",
            "step_records": "bigint",
            "step_matching": "bigint",
            "error_message": "string",
        },
        "batch_events": {
            "operation_id": "string",
            "step_number": "bigint",
            "batch_number": "bigint",
            "happened_at": "timestamp",
            "status": "string",
            "token": "string",
            "range_lo": "string",
            "range_hi": "string",
            "expected_records": "bigint",
            "records": "bigint",
            "started_at": "timestamp",
            "seconds": "double",
            "table_version": "bigint",
            "valid_until": "timestamp",
        },
        "errors": {
            "operation_id": "string",
            "step_number": "bigint",
            "happened_at": "timestamp",
            "token": "string",
            "row_number": "bigint",
            "error_message": "string",
        },
        "installation": {"version": "bigint", "package_version": "string", "installed_at": "timestamp"},
    }) }}
{% endmacro %}
