{#- Whether a type is a decimal of no particular size, which PostgreSQL has and other engines cut to one. -#}
{% macro _portable_is_any_decimal(type) %}
    {{ return(type | lower in ["numeric", "decimal"]) }}
{% endmacro %}
