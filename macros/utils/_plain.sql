{#-
  A value of `--args` as JSON can hold it: YAML makes objects of unquoted dates and of
  `.nan` and `.inf`, and JSON knows none of them.
-#}
{% macro _plain(value) %}
    {%- if value is float and value | string in ["nan", "inf", "-inf"] -%}
        {{ return(value | string) }}
    {%- elif value is none or value is boolean or value is number or value is string -%}
        {{ return(value) }}
    {%- elif value is mapping -%}
        {%- set plain = {} -%}
        {%- for name, item in value.items() -%}
            {%- do plain.update({name | string: dbt_batch_ops._plain(item)}) -%}
        {%- endfor -%}
        {{ return(plain) }}
    {%- elif value is iterable -%}
        {%- set plain = [] -%}
        {%- for item in value -%}
            {%- do plain.append(
                item if item is string or item is integer else dbt_batch_ops._plain(item)
            ) -%}
        {%- endfor -%}
        {{ return(plain) }}
    {%- else -%}
        {{ return(value | string) }}
    {%- endif -%}
{% endmacro %}
