{#-
  Stages the rows that a step is given: as text first, then converted, as far as they can be. Lists are not text.

  Returns the query of the rows with a value that cannot, batch_ordinal and what is wrong; none where all are lists.
-#}
{% macro _portable_stage_text(step, types, given, table, redact) %}
    {%- set text_table = dbt_batch_ops._portable_texts(table) -%}
    {%- set text_types = [] -%}
    {%- set converted = ["given.batch_ordinal"] -%}
    {%- set cases = [] -%}
    {%- for name in step.fields -%}
        {%- set field = "field_" ~ loop.index -%}
        {%- set type = types[loop.index0] -%}
        {%- if dbt_batch_ops._portable_element(type) is not none -%}
            {%- do text_types.append(type) -%}
            {%- do converted.append("given." ~ field) -%}
        {%- else -%}
            {%- do text_types.append("string") -%}
            {%- do converted.append(dbt_batch_ops._portable_try_cast("given." ~ field, type) ~ " as " ~ field) -%}
            {%- set value = "'the value'" if name in redact or step.fields[name].column in redact
                else "concat('\"', substr(given." ~ field ~ ", 1, 60), '\"')" -%}
            {%- do cases.append(
                "when given." ~ field ~ " is not null and staged." ~ field ~ " is null then concat("
                ~ dbt_batch_ops._portable_literal((step.fields[name].column or name) ~ ": ", "string") ~ ", " ~ value ~ ", "
                ~ dbt_batch_ops._portable_literal(" is no " ~ type, "string") ~ ")"
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._portable_create_staged(text_table, text_types) -%}
    {%- do dbt_batch_ops._portable_fill(text_table, text_types, step, given) -%}
    {%- do run_query("insert into " ~ table ~ "\nselect\n    " ~ converted | join(",\n    ") ~ "\nfrom " ~ text_table ~ " as given") -%}
    {%- if not cases -%}
        {{ return(none) }}
    {%- endif -%}
    {{ return(
        "select *\nfrom (\n    select\n        given.batch_ordinal,\n        case\n            " ~ cases | join("\n            ")
        ~ "\n        end as broken\n    from " ~ text_table ~ " as given\n    inner join " ~ table
        ~ " as staged on given.batch_ordinal = staged.batch_ordinal\n) as checked\nwhere checked.broken is not null"
    ) }}
{% endmacro %}
