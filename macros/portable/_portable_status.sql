{#- Prints the newest runs as a table, in the order in which they began, and returns them. -#}
{% macro _portable_status(operation_id, limit) %}
    {%- do dbt_batch_ops._portable_check_target_type() -%}
    {%- if operation_id is not none -%}
        {%- do dbt_batch_ops._run_id(operation_id) -%}
    {%- endif -%}
    {%- set runs = dbt_batch_ops._portable_rows(
        "select operation_id, operation, status, processed_records, total_records, batch_count, active_seconds,"
        ~ " cast(started_at as string) as started_at from " ~ dbt_batch_ops._portable_ledger("runs")
        ~ (
            " where operation_id = " ~ dbt_batch_ops._portable_literal(operation_id | string | lower, "string")
            if operation_id is not none else ""
        )
        ~ " order by started_at desc limit " ~ limit | int
    ) if dbt_batch_ops._portable_is_installed() else [] -%}
    {%- if not runs -%}
        {%- do dbt_batch_ops._say("There is no run yet" if operation_id is none else "There is no run " ~ operation_id) -%}
        {{ return(runs) }}
    {%- endif -%}
    {%- set lines = [["run", "operation", "status", "rows", "of", "batches", "rows/s", "started"]] -%}
    {%- for run in runs | reverse -%}
        {%- set seconds = run.active_seconds | float if run.active_seconds is not none else 0 -%}
        {%- do lines.append([
            run.operation_id, run.operation, run.status, "{:,}".format(run.processed_records | int),
            "{:,}".format(run.total_records | int), "{:,}".format(run.batch_count | int),
            "{:,}".format((run.processed_records | int / seconds) | int) if seconds > 0 else "-", run.started_at[:19]
        ]) -%}
    {%- endfor -%}
    {#- On lines of its own: dbt puts the time of day in front of the first one. -#}
    {%- do dbt_batch_ops._say("\n" ~ dbt_batch_ops._table(lines, right=[3, 4, 5, 6])) -%}
    {{ return(runs) }}
{% endmacro %}
