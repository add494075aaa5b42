{#-
  The smallest decimal that holds a number exactly.

  A bare `decimal` is decimal(18, 3) on DuckDB and decimal(10, 0) on Spark: digits would be lost without a word.
-#}
{% macro _portable_decimal_of(text) %}
    {%- set number = modules.re.fullmatch("\\s*[+-]?(\\d*)\\.?(\\d*)\\s*", text) -%}
    {%- if not number -%}
        {{ return("double") }}
    {%- endif -%}
    {%- set scale = number.group(2) | length -%}
    {%- set whole = number.group(1).lstrip("0") | length -%}
    {{ return(
        "decimal(" ~ [whole + scale, 1] | max ~ ", " ~ scale ~ ")" if whole + scale <= 38 else "double"
    ) }}
{% endmacro %}
