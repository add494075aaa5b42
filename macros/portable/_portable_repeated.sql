{#- How many values of some columns of a table are in more than one row; nulls do not count. -#}
{% macro _portable_repeated(relation, names) %}
    {%- set quoted = [] -%}
    {%- for name in names -%}
        {%- do quoted.append(adapter.quote(name)) -%}
    {%- endfor -%}
    {{ return(dbt_batch_ops._portable_value(
        "select count(*) from (select 1 as one from " ~ relation ~ " where " ~ quoted | join(" is not null and ") ~ " is not null"
        ~ " group by " ~ quoted | join(", ") ~ " having count(*) > 1) as repeated"
    ) | int) }}
{% endmacro %}
