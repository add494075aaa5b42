{#- The query of the staged rows of an upsert that a later row with the same conflict target replaces. -#}
{% macro _portable_superseded(plan, step) %}
    {%- set columns = [] -%}
    {%- for name in step.conflict_target -%}
        {%- do columns.append("mapped." ~ adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(
        "select numbered.batch_ordinal\nfrom (\n    select\n        mapped.batch_ordinal,\n"
        ~ "        row_number() over (\n            partition by " ~ columns | join(", ")
        ~ "\n            order by mapped.batch_ordinal desc\n        ) as position\n    from (\n        "
        ~ dbt_batch_ops._numbered_rows(dbt_batch_ops._portable_statements(plan, step, "true")) | replace("\n", "\n        ")
        ~ "\n    ) as mapped\n    where " ~ columns | join(" is not null and ") ~ " is not null"
        ~ "\n) as numbered\nwhere numbered.position > 1"
    ) }}
{% endmacro %}
