{#- Opens the run of an export, or checks one that goes on; the client then does its work. Documented in _macros.yml. -#}
{% macro open_export(operation, arguments={}, operation_id=none, file_name=none, resume=false) %}
    {{ return(adapter.dispatch("open_export", "dbt_batch_ops")(operation, arguments, operation_id, file_name, resume)) }}
{% endmacro %}

{% macro default__open_export(operation, arguments, operation_id, file_name, resume) %}
    {%- do dbt_batch_ops._refuse_adapter("open_export") -%}
{% endmacro %}

{% macro postgres__open_export(operation, arguments, operation_id, file_name, resume) %}
    {%- set definition = dbt_batch_ops._definition(operation) -%}
    {%- set description = definition.description -%}
    {%- do dbt_batch_ops._check_generator_version(description) -%}
    {%- do dbt_batch_ops._check_engine(description) -%}
    {%- if description.steps | length != 1 or description.steps[0].operation_type != "select" -%}
        {%- do dbt_batch_ops._fail(operation ~ " changes rows and cannot be exported. Type: dbt run-operation " ~ operation) -%}
    {%- endif -%}
    {%- set named = {} -%}
    {%- set unknown = {} -%}
    {%- for name, value in (arguments or {}).items() -%}
        {%- do (named if name in description.parameters else unknown).update({name: value}) -%}
    {%- endfor -%}
    {%- for name in description.parameters if name not in named -%}
        {%- do named.update({name: none}) -%}
    {%- endfor -%}
    {%- set given = dbt_batch_ops._check_arguments(description, named, unknown, resuming=resume) -%}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {%- if resume -%}
        {%- do dbt_batch_ops._refuse_problems(description, given.problems) -%}
        {{ return(dbt_batch_ops._join_run(operation_id, description, given["values"])) }}
    {%- endif -%}
    {%- set request = dict(
        dbt_batch_ops._prepare(definition, given, export=true, operation_id=operation_id), file_name=file_name
    ) -%}
    {%- set opened = dbt_batch_ops._ask_in_transaction("open_run(" ~ dbt_batch_ops._json(request) ~ ")") -%}
    {%- if opened.status == "refused" -%}
        {%- do dbt_batch_ops._refuse(request.description, opened) -%}
    {%- endif -%}
    {{ return(opened) }}
{% endmacro %}
