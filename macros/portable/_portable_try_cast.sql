{#-
  A text as a value of a type, null when it is none.

  As PostgreSQL reads whole numbers: others take `1.5` and `1e3` for one.
-#}
{% macro _portable_try_cast(text, type) %}
    {%- set cast = "try_cast(" ~ text ~ " as "
        ~ ("decimal(38, 10)" if dbt_batch_ops._portable_is_any_decimal(type) else dbt_batch_ops._portable_type(type)) ~ ")" -%}
    {%- if modules.re.fullmatch("(?i)(tiny|small|big|huge)?int(eger)?|long|short|byte", type) -%}
        {{ return("case when " ~ text ~ " = replace(replace(replace(" ~ text ~ ", '.', ''), 'e', ''), 'E', '') then " ~ cast ~ " end") }}
    {%- endif -%}
    {{ return(cast) }}
{% endmacro %}
