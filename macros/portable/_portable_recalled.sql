{#- The parameters of a run that goes on, with those that its events do not show. -#}
{% macro _portable_recalled(run) %}
    {%- set values = dict(run.parameters) -%}
    {%- if run.redacted -%}
        {%- set table = dbt_batch_ops._portable_withheld(run) -%}
        {%- do dbt_batch_ops._portable_attach_table(table) -%}
        {%- for row in dbt_batch_ops._portable_rows("select name, content from " ~ table) -%}
            {%- do values.update({row.name: fromjson(row.content)}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(values) }}
{% endmacro %}
