{#- Takes back what began with `_portable_begin`, where the engine has transactions. As text: what dbt's own do differs by version. -#}
{% macro _portable_rollback() %}
    {{ return(adapter.dispatch("_portable_rollback", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_rollback() %}
{% endmacro %}

{% macro duckdb___portable_rollback() %}
    {%- do run_query("rollback") -%}
{% endmacro %}
