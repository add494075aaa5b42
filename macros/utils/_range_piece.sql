{#- One arm of a range: equal to an end from `first` up to `position`, compared with it there. -#}
{% macro _range_piece(key, types, first, position, operator, end) %}
    {%- set terms = [] -%}
    {%- for equal in range(first, position) -%}
        {%- do terms.append(dbt_batch_ops._key_term(key, types, equal, "=", end)) -%}
    {%- endfor -%}
    {%- do terms.append(dbt_batch_ops._key_term(key, types, position, operator, end)) -%}
    {{ return(terms | join(" and ")) }}
{% endmacro %}
