{#- Prints the statements that `install` runs, so that they can be linted. -#}
{% macro print_engine() %}
    {%- set statements = [dbt_batch_ops._create_installation(), dbt_batch_ops._drop_engine()] -%}
    {%- for migration in dbt_batch_ops._migrations() -%}
        {%- do statements.append(migration.statements) -%}
    {%- endfor -%}
    {%- do log("statements: " ~ tojson(statements + dbt_batch_ops._engine()), info=true) -%}
{% endmacro %}
