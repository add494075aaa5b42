{#- A value of a parameter as the text that its type is read from; none for null. -#}
{% macro _portable_value_text(value, type) %}
    {%- if value is none -%}
        {{ return(none) }}
    {%- elif modules.re.match("jsonb?$", type) or value is mapping or value is boolean or (value is number and value is not integer) -%}
        {{ return(tojson(value)) }}
    {%- elif value is string -%}
        {{ return(value) }}
    {%- elif value is iterable -%}
        {{ return(tojson(value)) }}
    {%- endif -%}
    {{ return(value | string) }}
{% endmacro %}
