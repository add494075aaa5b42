{#- The row of a range of one, as JSON, for the record of what failed. -#}
{% macro _failed_row(target, range) %}
    {{ return(
        "select pg_catalog.to_jsonb(failed.*)\nfrom (\n    select *\n    from " ~ target ~ "\n    where\n        "
        ~ range | replace("\n", "\n    ") ~ "\n) as failed"
    ) }}
{% endmacro %}
