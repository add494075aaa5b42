{#-
  The models that a test reads, as tables with the columns of the ledger's; none where one of them was not built yet.

  Each model has read the ledger at another moment. A run is shown as closed only when the other models are known to have
  read it later, by their horizon of transactions, or should have long ago. One whose log is minimal has no whole log.
-#}
{% macro _read_models(reads) %}
    {%- set relations = [] -%}
    {%- for relation in reads.values() if relation is not string -%}
        {%- do relations.append(relation) -%}
    {%- endfor -%}
    {%- if not dbt_batch_ops._exists(relations) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set settled = [] -%}
    {%- for name in ["batches", "errors"] if name in reads -%}
        {%- do settled.append(
            "runs.ledger_horizon < (select others.ledger_horizon from " ~ dbt_batch_ops._from(reads[name])
            ~ " as others where others.ledger_database = runs.ledger_database order by others.ledger_horizon desc limit 1)"
        ) -%}
    {%- endfor -%}
    {%- set columns = {
        "runs": "operation_id, operation, target, started_at, completed_at, processed_records, batch_count, error_count,"
            ~ " max_errors, error_handling, true as skip_invalid_rows,"
            ~ " case status when 'completed_with_errors' then 'completed' else status end as status,"
            ~ " case when " ~ (settled | join(" and ") or "true") ~ " or closed_at < current_timestamp - interval '"
            ~ dbt_batch_ops._setting("batch_ops_alert_hours") | float ~ " hours' then closed_at end as closed_at",
        "batches": "operation_id, step_number, batch_number, status, records_processed as records, failed_records, range_lo,"
            ~ " range_hi, completed_at, sqlstate, null::jsonb as applied_hi, null::timestamptz as retry_at",
        "errors": "operation_id, step_number, batch_number, error_id, kind, resolved_at, row_number, null::jsonb as range_hi",
    } -%}
    {%- set conditions = {
        "runs": "runs.logging_level is distinct from 'minimal'" if "batches" in reads else "true",
        "batches": "error_id is null",
    } -%}
    {%- set shown = {} -%}
    {%- for name, relation in reads.items() -%}
        {%- do shown.update({
            name: "(select " ~ columns[name] ~ " from " ~ dbt_batch_ops._from(relation) ~ " as " ~ name
                ~ " where " ~ conditions.get(name, "true") ~ ")" if name in columns else relation
        }) -%}
    {%- endfor -%}
    {{ return(shown) }}
{% endmacro %}
