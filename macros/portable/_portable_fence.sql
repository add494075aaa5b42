{#- Ends whoever may still be writing to a table for a process that is gone, before somebody goes on with its run. -#}
{% macro _portable_fence(relation) %}
    {{ return(adapter.dispatch("_portable_fence", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___portable_fence(relation) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro duckdb___portable_fence(relation) %}
    {#- The file's lock went with its process. -#}
{% endmacro %}
