{#- The definition that the generator wrote for an operation; fails when there is none of that name. -#}
{% macro _definition(operation) %}
    {%- set macro = context.get(operation ~ "__definition") if modules.re.fullmatch("[A-Za-z_]\\w*", operation | string) else none -%}
    {%- if not macro -%}
        {%- do dbt_batch_ops._fail(
            "There is no operation " ~ operation ~ " in this project. To generate it from its spec: dbt-batch-ops generate"
        ) -%}
    {%- endif -%}
    {{ return(macro()) }}
{% endmacro %}
