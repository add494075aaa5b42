{#- A column compared with the values of a list; no values match no row. -#}
{% macro _portable_list_condition(parameter, column) %}
    {%- if parameter.is_hidden -%}
        {{ return(adapter.quote(column) ~ " in (" ~ parameter.sql ~ ")") }}
    {%- endif -%}
    {%- set items = [] -%}
    {%- for item in (parameter.value or []) -%}
        {%- do items.append(dbt_batch_ops._portable_literal(item, dbt_batch_ops._portable_element(parameter.type))) -%}
    {%- endfor -%}
    {{ return(adapter.quote(column) ~ " in (" ~ items | join(", ") ~ ")" if items else "false") }}
{% endmacro %}
