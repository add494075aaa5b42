{#-
  The rows of an upsert that a later row with the same conflict target replaces: the last one wins.

  Decided once for all rows, so that it depends neither on where a batch ends nor on the order in which batches are done.
-#}
{% macro _superseded_rows(step, own) %}
    {%- set columns = [] -%}
    {%- for name in step.conflict_target -%}
        {%- do columns.append("mapped." ~ dbt_batch_ops._quote(name)) -%}
    {%- endfor -%}
    {{ return(
        "select numbered.batch_ordinal\nfrom (\n    select\n        mapped.batch_ordinal,\n"
        ~ "        pg_catalog.row_number() over (\n            partition by " ~ columns | join(", ")
        ~ "\n            order by mapped.batch_ordinal desc\n        ) as position\n    from (\n        "
        ~ dbt_batch_ops._numbered_rows(own) | replace("\n", "\n        ")
        ~ "\n    ) as mapped\n    where " ~ columns | join(" is not null and ") ~ " is not null"
        ~ "\n) as numbered\nwhere numbered.position > 1"
    ) }}
{% endmacro %}
