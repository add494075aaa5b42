{#- Commits what began with `_portable_begin`. As text: what dbt's own do differs by version. -#}
{% macro _portable_commit() %}
    {{ return(adapter.dispatch("_portable_commit", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_commit() %}
{% endmacro %}

{% macro duckdb___portable_commit() %}
    {%- do run_query("commit") -%}
{% endmacro %}
