{#- Begins a transaction, where the engine has them. As text: what dbt's own do differs by version. -#}
{% macro _portable_begin() %}
    {{ return(adapter.dispatch("_portable_begin", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_begin() %}
{% endmacro %}

{% macro duckdb___portable_begin() %}
    {%- do run_query("begin") -%}
{% endmacro %}
