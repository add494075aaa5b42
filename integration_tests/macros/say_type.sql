{#- Prints what a value of --args arrives as. -#}
{% macro say_type(value) %}
    {% do log("type: " ~ ("text" if value is string else "date" if value.isoformat else "other"), info=true) %}
{% endmacro %}
