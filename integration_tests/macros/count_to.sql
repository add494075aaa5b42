{% macro count_to(limit) %}
    {% do log("counted: " ~ (range(limit) | length), info=true) %}
{% endmacro %}
