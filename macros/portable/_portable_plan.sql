{#-
  The operation held against the live database: columns, key, parameters as literals; problems are added to `problems`.

  Args:
    values (dict): the parameters.
    run_started_at (str): the moment that `:run_started_at` stands for, also after a resume.
    opened (optional[dict]): the details of a run that goes on; its key is the one it was opened with.
-#}
{% macro _portable_plan(definition, values, run_started_at, problems, opened=none) %}
    {%- set relation = definition.description.target -%}
    {%- set description = definition.description -%}
    {%- set found = dbt_batch_ops._portable_columns(relation) -%}
    {%- if found is none -%}
        {%- do problems.append(
            relation ~ " is not a table: a batch operation changes tables, so name the table behind it as `relation`"
        ) -%}
        {{ return(none) }}
    {%- elif not found -%}
        {%- do problems.append("there is no table " ~ relation ~ " in this database: check `relation` in the spec") -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for column in found -%}
        {%- do columns.update({column.name | lower: column}) -%}
    {%- endfor -%}
    {%- set walks = description.steps | selectattr("source.kind", "equalto", "target") | list | length > 0 -%}
    {%- set key = opened.key if opened is not none else (
        dbt_batch_ops._portable_check_key(description, columns, problems) if walks else []
    ) -%}
    {%- do dbt_batch_ops._portable_check_columns(description, columns, key, problems) -%}
    {%- set types = [] -%}
    {%- for name in key if name | lower in columns -%}
        {%- do types.append(columns[name | lower].type) -%}
    {%- endfor -%}
    {{ return({
        "definition": definition,
        "description": description,
        "relation": relation,
        "columns": columns,
        "key": key,
        "key_types": types,
        "parameters": dbt_batch_ops._portable_check_parameters(description, values, columns, problems),
        "staged": {},
        "outputs": {},
        "run_started_at": run_started_at,
    }) }}
{% endmacro %}
