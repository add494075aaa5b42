{#- Ends the command because of what a purge was asked for. -#}
{% macro _refuse_purge(problems) %}
    {%- do dbt_batch_ops._fail(dbt_batch_ops._bullets("Nothing was purged:", problems)) -%}
{% endmacro %}
