{#- The mapped rows of a step with their ordinal, and one more column where it is asked for. -#}
{% macro _numbered_rows(own, more=none) %}
    {{ return(
        ("select\n    source.batch_ordinal," ~ ("\n    " ~ more ~ "," if more else "") ~ own.row[6:])
        | replace("\n", "\n    ")
    ) }}
{% endmacro %}
