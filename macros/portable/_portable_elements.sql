{#- The values of a list, each in a row of its own. -#}
{% macro _portable_elements(list) %}
    {{ return(adapter.dispatch("_portable_elements", "dbt_batch_ops")(list)) }}
{% endmacro %}

{% macro default___portable_elements(list) %}
    {{ return("explode(" ~ list ~ ")") }}
{% endmacro %}

{% macro duckdb___portable_elements(list) %}
    {{ return("unnest(" ~ list ~ ")") }}
{% endmacro %}
