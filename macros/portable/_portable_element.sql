{#- The type of a list's values, none when a type is no list: `bigint[]` on DuckDB, `array<bigint>` on Spark. -#}
{% macro _portable_element(type) %}
    {%- set list = modules.re.fullmatch("(?is)\\s*(?:array\\s*<(.*)>|(.*)\\[\\])\\s*", type) -%}
    {{ return((list.group(1) or list.group(2)) if list else none) }}
{% endmacro %}
