{#- A list of values, `items` with commas between them. -#}
{% macro _portable_array(items) %}
    {{ return(adapter.dispatch("_portable_array", "dbt_batch_ops")(items)) }}
{% endmacro %}

{% macro default___portable_array(items) %}
    {{ return("array(" ~ items ~ ")") }}
{% endmacro %}

{% macro duckdb___portable_array(items) %}
    {{ return("[" ~ items ~ "]") }}
{% endmacro %}
