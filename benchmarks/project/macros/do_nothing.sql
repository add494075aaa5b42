{#- What `dbt run-operation` costs by itself. -#}
{% macro do_nothing() %}
{% endmacro %}
