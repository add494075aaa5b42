{#- The mapped rows of a step with their ordinal, and one more column where it is asked for. -#}
{% macro _numbered_rows(own, more=none) %}
    {%- set margin = "\n    " -%}
    {%- set values = own.row[6:] -%}
    {{ return(
        "select" ~ margin ~ "source.batch_ordinal," ~ (margin ~ more ~ "," if more else "")
        ~ (values if values.startswith("\n") else margin ~ values | trim)
    ) }}
{% endmacro %}
