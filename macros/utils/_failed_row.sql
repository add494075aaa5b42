{#- The row of a range of one, as JSON, for the record of what failed. -#}
{% macro _failed_row(target, range) %}
    {{ return(
        "select pg_catalog.to_jsonb(failed.*)\nfrom " ~ target ~ " as failed\nwhere\n    " ~ range ~ "\nlimit 1"
    ) }}
{% endmacro %}
