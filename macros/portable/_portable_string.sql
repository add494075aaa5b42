{#- A text as an SQL string, whatever is in it; of bytes, what PostgreSQL writes, `\x00ff`. -#}
{% macro _portable_string(text, type) %}
    {{ return(adapter.dispatch("_portable_string", "dbt_batch_ops")(text, type)) }}
{% endmacro %}

{% macro default___portable_string(text, type) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro duckdb___portable_string(text, type) %}
    {#- A backslash is a character like any other in such a literal. -#}
    {{ return("'" ~ text | replace("'", "''") ~ "'") }}
{% endmacro %}

{% macro spark___portable_string(text, type) %}
    {%- if "\x00" in text -%}
        {%- do dbt_batch_ops._fail("A value has a NUL character in it, which no statement can carry. Remove it from the value.") -%}
    {%- elif type | lower == "binary" and modules.re.fullmatch("\\\\x([0-9A-Fa-f]{2})*", text) -%}
        {{ return("unhex('" ~ text[2:] ~ "')") }}
    {%- endif -%}
    {{ return("'" ~ text | replace("\\", "\\\\") | replace("'", "\\'") ~ "'") }}
{% endmacro %}
