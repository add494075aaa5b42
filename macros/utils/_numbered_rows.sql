{#-
  The mapped rows of a step with their ordinal, and one more column where it is asked for.

  The generated text of a row is indented for a subquery already.
-#}
{% macro _numbered_rows(own, more=none) %}
    {%- set margin = "\n        " -%}
    {{ return(
        "select" ~ margin ~ "source.batch_ordinal," ~ (margin ~ more ~ "," if more else "") ~ own.row[6:]
    ) }}
{% endmacro %}
