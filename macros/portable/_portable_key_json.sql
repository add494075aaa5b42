{#- A row's key as the JSON array of texts that a range end is stored as: texts, because JSON numbers lose digits. -#}
{% macro _portable_key_json(key) %}
    {{ return(adapter.dispatch("_portable_key_json", "dbt_batch_ops")(key)) }}
{% endmacro %}

{% macro default___portable_key_json(key) %}
    {%- set texts = [] -%}
    {%- for name in key -%}
        {%- do texts.append("cast(" ~ adapter.quote(name) ~ " as string)") -%}
    {%- endfor -%}
    {{ return("to_json(array(" ~ texts | join(", ") ~ "))") }}
{% endmacro %}

{% macro duckdb___portable_key_json(key) %}
    {%- set texts = [] -%}
    {%- for name in key -%}
        {%- do texts.append("cast(" ~ adapter.quote(name) ~ " as string)") -%}
    {%- endfor -%}
    {{ return("cast(to_json([" ~ texts | join(", ") ~ "]) as string)") }}
{% endmacro %}
