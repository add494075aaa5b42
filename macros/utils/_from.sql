{#- What stands behind `from` and before `as`: a relation, or what dbt makes of one that a test has with a `where`. -#}
{% macro _from(relation) %}
    {{ return("(select * from " ~ relation ~ ")" if relation is string else relation) }}
{% endmacro %}
