{#-
  A value as an SQL literal of a type, whatever is in it.

  Adapters bind no values here, so this is the one place where a value becomes SQL text. A decimal without a size gets the one
  that the value needs.
-#}
{% macro _portable_literal(value, type) %}
    {%- set element = dbt_batch_ops._portable_element(type) -%}
    {%- if element is not none and value is not none -%}
        {%- set items = [] -%}
        {%- for item in value -%}
            {%- do items.append(dbt_batch_ops._portable_literal(item, element)) -%}
        {%- endfor -%}
        {%- set list = dbt_batch_ops._portable_array(items | join(", ")) -%}
        {%- if items and dbt_batch_ops._portable_is_any_decimal(element) -%}
            {{ return(list) }}
        {%- endif -%}
        {{ return("cast(" ~ list ~ " as " ~ dbt_batch_ops._portable_type(type) ~ ")") }}
    {%- endif -%}
    {%- set text = dbt_batch_ops._portable_value_text(value, type) -%}
    {%- if text is none -%}
        {{ return("cast(null as " ~ dbt_batch_ops._portable_type(type) ~ ")") }}
    {%- endif -%}
    {{ return("cast(" ~ dbt_batch_ops._portable_string(text, type) ~ " as " ~ (
        dbt_batch_ops._portable_decimal_of(text) if dbt_batch_ops._portable_is_any_decimal(type)
        else dbt_batch_ops._portable_type(type)
    ) ~ ")") }}
{% endmacro %}
