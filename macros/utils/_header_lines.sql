{#- The lines before the first row of a CSV file, for the line of a row in it; none for rows that are no lines. -#}
{% macro _header_lines(plan, step) %}
    {%- set source = plan.sources.get(step.source.parameter, {}) -%}
    {%- if step.source.kind != "csv" or "relation" in source -%}
        {{ return(none) }}
    {%- elif not step.source.has_header -%}
        {{ return(0) }}
    {%- endif -%}
    {#- A name in quotes may have a line break in it. -#}
    {{ return(1 + (source.get("columns") or []) | join("") | select("equalto", "\n") | list | length) }}
{% endmacro %}
