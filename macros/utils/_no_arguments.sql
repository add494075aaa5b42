{#- Arguments of which only the types matter: empty lists and nulls, for statements that are rendered ahead. -#}
{% macro _no_arguments(description) %}
    {%- set values = {} -%}
    {%- for name, parameter in description.parameters.items() -%}
        {%- if parameter.csv -%}
            {%- do dbt_batch_ops._fail(
                description.operation ~ " reads a CSV file and cannot be deployed: its columns are known only with the file."
            ) -%}
        {%- endif -%}
        {%- do values.update({name: [] if parameter.records or parameter.type.endswith("[]") else none}) -%}
    {%- endfor -%}
    {{ return({"values": values, "queries": {}, "problems": []}) }}
{% endmacro %}
