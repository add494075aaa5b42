{#- Starts a planned run; fails with the reason when it may not start. -#}
{% macro _confirm_run(operation_id, description, values) %}
    {%- set confirmed = dbt_batch_ops._ask_in_transaction(
        "confirm_run(" ~ dbt_batch_ops._run_id(operation_id) ~ ", "
        ~ dbt_batch_ops._json(dict(description, target=description.target | string)) ~ ", "
        ~ dbt_batch_ops._json(values) ~ ")"
    ) -%}
    {%- if confirmed.existing -%}
        {%- do dbt_batch_ops._refuse(description, confirmed) -%}
    {%- elif confirmed.status == "refused" -%}
        {%- do dbt_batch_ops._fail(
            description.operation ~ " was not started; nothing was changed: " ~ confirmed.reason ~ "."
        ) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._say(description.operation ~ ", run " ~ confirmed.operation_id ~ ", confirmed") -%}
    {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._scope_line(confirmed)) -%}
    {{ return(confirmed) }}
{% endmacro %}
