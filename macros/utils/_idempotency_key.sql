{#- The idempotency key as text, none without one; adds to problems what is no key. -#}
{% macro _idempotency_key(key, problems) %}
    {%- if key is none -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set text = (key | string).strip() -%}
    {%- if key is mapping or (key is iterable and key is not string) or text == "" or text | length > 200 -%}
        {%- do problems.append(
            "idempotency_key must be a text of 1 to 200 characters, not " ~ tojson(key | string) | truncate(60, true)
        ) -%}
    {%- endif -%}
    {{ return(text) }}
{% endmacro %}
