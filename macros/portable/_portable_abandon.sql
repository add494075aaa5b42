{#- Takes back what the opening of a run has written, before it fails. -#}
{% macro _portable_abandon(run) %}
    {{ return(adapter.dispatch("_portable_abandon", "dbt_batch_ops")(run)) }}
{% endmacro %}

{% macro default___portable_abandon(run) %}
    {%- do dbt_batch_ops._portable_drop_staged(run) -%}
{% endmacro %}

{% macro duckdb___portable_abandon(run) %}
    {%- do run_query("rollback") -%}
{% endmacro %}
