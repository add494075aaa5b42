{#-
  What stands behind `from` and before `as`: a relation, or what dbt makes of one that a test has with a `where`.

  With --empty dbt gives a relation an alias of its own, and `as` would be a second one.
-#}
{% macro _from(relation) %}
    {%- if relation is string -%}
        {{ return("(select * from " ~ relation ~ ")") }}
    {%- elif relation.limit is not none -%}
        {{ return("(select * from " ~ relation.render() ~ " where false)") }}
    {%- endif -%}
    {{ return(relation) }}
{% endmacro %}
