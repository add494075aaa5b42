{#- Goes on with an unfinished run, or joins it while it is live; fails with the reason when that may not be. -#}
{% macro _join_run(operation_id, description, values) %}
    {%- set joined = dbt_batch_ops._fetch(
        "select batch_ops.join_run(" ~ dbt_batch_ops._run_id(operation_id) ~ ", "
        ~ dbt_batch_ops._json(dict(description, target=description.target | string)) ~ ", "
        ~ dbt_batch_ops._json(values) ~ ")"
    ) -%}
    {%- if joined.status == "refused" -%}
        {%- do dbt_batch_ops._fail(
            description.operation ~ " does not go on; nothing was changed: " ~ joined.reason ~ "."
        ) -%}
    {%- endif -%}
    {%- if not joined.is_closed -%}
        {%- do dbt_batch_ops._say(
            description.operation ~ ", going on with run " ~ joined.operation_id ~ " after "
            ~ "{:,}".format(joined.processed_records) ~ " rows in " ~ "{:,}".format(joined.batch_count) ~ " batches"
        ) -%}
        {%- if joined.warning -%}
            {%- do dbt_batch_ops._say("  " ~ joined.warning) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(joined) }}
{% endmacro %}
