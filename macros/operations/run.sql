{#-
  What every generated operation calls: opens a run, or goes on with one, and works it off in time slices.

  Documented in _macros.yml.
-#}
{% macro run(description, statements, arguments={}, operation_id=none, dry_run=false, unknown_arguments={}) %}
    {{ return(adapter.dispatch("run", "dbt_batch_ops")(
        description, statements, arguments, operation_id, dry_run, unknown_arguments
    )) }}
{% endmacro %}

{% macro default__run(description, statements, arguments, operation_id, dry_run, unknown_arguments) %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro postgres__run(description, statements, arguments, operation_id, dry_run, unknown_arguments) %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- do dbt_batch_ops._check_generator_version(description) -%}
    {%- set given = dbt_batch_ops._check_arguments(
        description, arguments, unknown_arguments, resuming=operation_id is not none
    ) -%}
    {%- if dry_run -%}
        {{ return(dbt_batch_ops._dry_run(description, statements, given)) }}
    {%- endif -%}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {%- if operation_id is none -%}
        {%- set summary = dbt_batch_ops._open_run(description, statements, given) -%}
    {%- else -%}
        {%- do dbt_batch_ops._refuse_problems(description, given.problems) -%}
        {%- set summary = dbt_batch_ops._join_run(operation_id, description, given["values"]) -%}
    {%- endif -%}
    {%- if not summary.is_closed -%}
        {%- set summary = dbt_batch_ops._work_off(summary) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._report(summary) -%}
    {{ return(summary.operation_id) }}
{% endmacro %}
