{#-
  What every generated operation calls: opens a run, or goes on with one, and works it off in time slices.

  Documented in _macros.yml.
-#}
{% macro run(
    definition, arguments={}, operation_id=none, dry_run=false, confirm=none, unknown_arguments={}, idempotency_key=none
) %}
    {{ return(adapter.dispatch("run", "dbt_batch_ops")(
        definition, arguments, operation_id, dry_run, confirm, unknown_arguments, idempotency_key
    )) }}
{% endmacro %}

{% macro default__run(definition, arguments, operation_id, dry_run, confirm, unknown_arguments, idempotency_key) %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_check_target_type() -%}
    {{ return(dbt_batch_ops._portable_run(
        definition, arguments, operation_id, dry_run, confirm, unknown_arguments, idempotency_key
    )) }}
{% endmacro %}

{% macro postgres__run(definition, arguments, operation_id, dry_run, confirm, unknown_arguments, idempotency_key) %}
    {%- if not execute -%}
        {{ return("") }}
    {%- endif -%}
    {%- set description = definition.description -%}
    {%- do dbt_batch_ops._check_generator_version(description) -%}
    {%- do dbt_batch_ops._check_engine(description) -%}
    {%- do dbt_batch_ops._refuse_export(description) -%}
    {%- set given = dbt_batch_ops._check_arguments(
        description, arguments, unknown_arguments, resuming=operation_id is not none or confirm is not none
    ) -%}
    {%- do given.update({"idempotency_key": dbt_batch_ops._idempotency_key(idempotency_key, given.problems)}) -%}
    {%- if dry_run -%}
        {{ return(dbt_batch_ops._dry_run(definition, given)) }}
    {%- endif -%}
    {%- do dbt_batch_ops._ensure_installed() -%}
    {%- if operation_id is none and confirm is none -%}
        {%- set summary = dbt_batch_ops._open_run(definition, given) -%}
    {%- else -%}
        {%- do dbt_batch_ops._refuse_problems(description, given.problems) -%}
        {%- set summary = dbt_batch_ops._join_run(operation_id, description, given["values"]) if confirm is none
            else dbt_batch_ops._confirm_run(confirm, description, given["values"]) -%}
    {%- endif -%}
    {%- if summary.status == "planned" -%}
        {{ return(summary.operation_id) }}
    {%- endif -%}
    {%- if not summary.is_closed -%}
        {%- do dbt_batch_ops._name_command(summary) -%}
        {%- set summary = dbt_batch_ops._work_off(summary) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._report(summary) -%}
    {{ return(summary.operation_id) }}
{% endmacro %}
