{#-
  `run` on engines without procedures: the loop is here, in Jinja, one statement for each batch.

  What differs between engines is behind a few dispatched macros (docs/decisions/0019-a-portable-loop.md). Jinja cannot
  catch an error: a statement that fails ends the command where it stands. So whatever a person has to know about a
  failure is said before, and whatever the next command has to know is committed before.
-#}
{% macro _portable_run(definition, arguments, operation_id, dry_run, confirm, unknown_arguments, idempotency_key) %}
    {%- set description = definition.description -%}
    {%- do dbt_batch_ops._check_generator_version(description) -%}
    {%- do dbt_batch_ops._check_engine(description) -%}
    {%- if arguments.values() | select("mapping") | list -%}
        {%- do dbt_batch_ops._portable_attach_known() -%}
    {%- endif -%}
    {%- set given = dbt_batch_ops._check_arguments(
        description, arguments, unknown_arguments, resuming=operation_id is not none or confirm is not none
    ) -%}
    {%- do given.update({"idempotency_key": dbt_batch_ops._idempotency_key(idempotency_key, given.problems)}) -%}
    {%- do dbt_batch_ops._portable_take_rows(description, given) -%}
    {%- do given.update({"shown": dbt_batch_ops._portable_shown_values(description, given["values"])}) -%}
    {%- do dbt_batch_ops._portable_attach(description.target) -%}
    {%- if dry_run -%}
        {{ return(dbt_batch_ops._portable_dry_run(definition, given)) }}
    {%- endif -%}
    {%- do dbt_batch_ops._refuse_problems(description, given.problems) -%}
    {%- do dbt_batch_ops._portable_ensure_installed() -%}
    {%- if confirm is not none -%}
        {%- set opened = dbt_batch_ops._portable_confirm(definition, given, confirm) -%}
    {%- elif operation_id is not none -%}
        {%- set opened = dbt_batch_ops._portable_join(definition, given, operation_id) -%}
    {%- else -%}
        {%- set opened = dbt_batch_ops._portable_open(definition, given) -%}
    {%- endif -%}
    {%- if opened.run.status == "planned" -%}
        {{ return(opened.run.operation_id) }}
    {%- endif -%}
    {%- if not opened.run.is_closed -%}
        {%- do dbt_batch_ops._portable_work_off(opened.run, opened.plan) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._report(dbt_batch_ops._portable_load(opened.run.operation_id)) -%}
    {{ return(opened.run.operation_id) }}
{% endmacro %}
