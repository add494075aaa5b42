{#- A failed row as a person finds it again: its line, its number, or its key; empty for a batch without one. -#}
{% macro _failed_row_name(failure) %}
    {%- if failure.source_line is not none -%}
        {{ return("line " ~ failure.source_line) }}
    {%- elif failure.row_number is not none -%}
        {{ return("row " ~ failure.row_number) }}
    {%- elif failure.row_key -%}
        {%- set parts = [] -%}
        {%- for name, value in failure.row_key.items() -%}
            {%- do parts.append(name ~ " " ~ (value if value is string else tojson(value))) -%}
        {%- endfor -%}
        {{ return("row " ~ parts | join(", ")) }}
    {%- endif -%}
    {{ return("") }}
{% endmacro %}
