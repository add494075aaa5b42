{#- Prints the newest runs as a table. Documented in _macros.yml. -#}
{% macro status(operation_id=none, limit=20) %}
    {{ return(adapter.dispatch("status", "dbt_batch_ops")(operation_id, limit)) }}
{% endmacro %}

{% macro default__status(operation_id, limit) %}
    {{ return(dbt_batch_ops._portable_status(operation_id, limit)) }}
{% endmacro %}

{% macro postgres__status(operation_id, limit) %}
    {%- do dbt_batch_ops._ensure_installed(privileges=["SELECT"]) -%}
    {%- set runs = dbt_batch_ops._fetch(
        "select coalesce(jsonb_agg(to_jsonb(newest.*) order by newest.started_at), '[]') from ("
        ~ "select * from batch_ops.run_overview"
        ~ (" where operation_id = " ~ dbt_batch_ops._run_id(operation_id) if operation_id is not none else "")
        ~ " order by started_at desc limit " ~ limit | int ~ ") as newest"
    ) -%}
    {%- if not runs -%}
        {%- do dbt_batch_ops._say("There is no run yet" if operation_id is none else "There is no run " ~ operation_id) -%}
        {{ return(runs) }}
    {%- endif -%}
    {%- set lines = [["run", "operation", "status", "rows", "of", "batches", "rows/s", "errors", "workers", "started"]] -%}
    {%- for run in runs -%}
        {%- do lines.append([
            run.operation_id, run.operation, run.status, "{:,}".format(run.processed_records),
            ("" if run.total_is_exact else "~") ~ "{:,}".format(run.total_records),
            "{:,}".format(run.batch_count),
            "{:,}".format(run.records_per_second | int) if run.records_per_second else "-",
            "{:,}".format(run.error_count), run.live_workers | string, run.started_at[:19] | replace("T", " ")
        ]) -%}
    {%- endfor -%}
    {#- On lines of its own: dbt puts the time of day in front of the first one. -#}
    {%- do dbt_batch_ops._say("\n" ~ dbt_batch_ops._table(lines, right=[3, 4, 5, 6, 7, 8])) -%}
    {{ return(runs) }}
{% endmacro %}
