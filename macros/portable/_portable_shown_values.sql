{#- The values of parameters as they may be seen: of those that meet a redacted column, a digest. -#}
{% macro _portable_shown_values(description, values) %}
    {%- set shown = {} -%}
    {%- for name, value in values.items() -%}
        {%- do shown.update({
            name: {"digest": local_md5(tojson(value))} if description.parameters[name].redact and value is not none else value
        }) -%}
    {%- endfor -%}
    {{ return(shown) }}
{% endmacro %}
