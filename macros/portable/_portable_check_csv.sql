{#- Looks at the CSV file that a step is given, before anything is written: where its rows and its fields are. -#}
{% macro _portable_check_csv(step, given, problems) %}
    {%- set file = given["values"][step.source.parameter] | string -%}
    {%- set described = dbt_batch_ops._portable_describe_csv(step.source, file, problems) -%}
    {%- if described is not none -%}
        {%- set columns = [] -%}
        {%- for field in step.fields -%}
            {%- do columns.append(dbt_batch_ops._portable_csv_column(described, field, file, problems)) -%}
        {%- endfor -%}
        {%- do given.csv.update({step.name: {"rows": described.rows, "columns": columns}}) -%}
    {%- endif -%}
{% endmacro %}
