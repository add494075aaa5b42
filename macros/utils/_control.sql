{#- Asks the engine to pause, resume or cancel a run; returns its summary and fails when there is no such run. -#}
{% macro _control(action, operation_id) %}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {{ return(dbt_batch_ops._known_run(
        operation_id, dbt_batch_ops._fetch("select batch_ops." ~ action ~ "(" ~ dbt_batch_ops._run_id(operation_id) ~ ")")
    )) }}
{% endmacro %}
