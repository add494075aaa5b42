{#-
  A value as an SQL literal of a type, whatever is in it.

  Adapters bind no values here, so this is the one place where a value becomes SQL text.
-#}
{% macro _portable_literal(value, type) %}
    {{ return(adapter.dispatch("_portable_literal", "dbt_batch_ops")(value, type)) }}
{% endmacro %}

{% macro default___portable_literal(value, type) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro duckdb___portable_literal(value, type) %}
    {%- set name = dbt_batch_ops._portable_type(type) -%}
    {%- if type.endswith("[]") and value is not none -%}
        {%- set items = [] -%}
        {%- for item in value -%}
            {%- do items.append(dbt_batch_ops._portable_literal(item, type[:-2])) -%}
        {%- endfor -%}
        {%- set list = "[" ~ items | join(", ") ~ "]" -%}
        {{ return(list if items and dbt_batch_ops._portable_is_any_decimal(type[:-2]) else "cast(" ~ list ~ " as " ~ name ~ ")") }}
    {%- endif -%}
    {%- set text = dbt_batch_ops._portable_value_text(value, type) -%}
    {%- if text is none -%}
        {{ return("cast(null as " ~ name ~ ")") }}
    {%- endif -%}
    {%- if dbt_batch_ops._portable_is_any_decimal(type) -%}
        {%- set name = dbt_batch_ops._portable_decimal_of(text) -%}
    {%- endif -%}
    {#- A backslash is a character like any other in such a literal. -#}
    {{ return("cast('" ~ text | replace("'", "''") ~ "' as " ~ name ~ ")") }}
{% endmacro %}
