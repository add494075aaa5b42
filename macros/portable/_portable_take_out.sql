{#- Takes rows out of a table of staged rows: those whose batch_ordinal a query gives. A MERGE, which every engine has. -#}
{% macro _portable_take_out(table, query) %}
    {%- do run_query(
        "merge into " ~ table ~ " as staged\nusing (\n    " ~ query | replace("\n", "\n    ")
        ~ "\n) as others\non staged.batch_ordinal = others.batch_ordinal\nwhen matched then delete"
    ) -%}
{% endmacro %}
