{#- The version of this package; the generator writes its own into what it generates, and `run` compares them. -#}
{% macro _version() %}
    {{ return("0.1.0") }}
{% endmacro %}
