{#-
  Finds the workers of a run beside this session; returns what coordinate begins with, or none: this session works itself.

  Workers come with the command that started dbt, or are opened here with dblink. Where they cannot be, the run goes on with
  one, and the terminal says what is missing.
-#}
{% macro _muster(summary) %}
    {%- if summary.error_handling == "rollback_on_any_error" -%}
        {{ return(none) }}
    {%- elif env_var("DBT_BATCH_OPS_WORKERS", "") == "1" -%}
        {{ return(none) }}
    {%- elif env_var("DBT_BATCH_OPS_WORKERS", "") -%}
        {%- do dbt_batch_ops._say("  " ~ env_var("DBT_BATCH_OPS_WORKERS") ~ " workers") -%}
        {{ return({"connections": []}) }}
    {%- endif -%}
    {%- set limit = dbt_batch_ops._setting("batch_ops_max_workers") -%}
    {%- set wanted = [summary.max_workers, limit | int] | min if limit is not none else summary.max_workers -%}
    {%- if wanted < 2 -%}
        {{ return(none) }}
    {%- elif summary.has_other_workers -%}
        {%- do dbt_batch_ops._say("  one more worker beside those that are there") -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set crew = dbt_batch_ops._fetch(
        "select batch_ops.connect_workers(" ~ dbt_batch_ops._literal(summary.operation_id) ~ "::uuid, " ~ wanted ~ ", "
        ~ dbt_batch_ops._literal(dbt_batch_ops._setting("batch_ops_worker_server")) ~ ", "
        ~ dbt_batch_ops._slice_interval() ~ ")"
    ) -%}
    {%- set count = crew.connections | length -%}
    {%- if crew.problem -%}
        {%- do dbt_batch_ops._say("  " ~ ([count, 1] | max) ~ " of " ~ wanted ~ " workers: " ~ crew.problem ~ ".") -%}
        {%- if crew.advice -%}
            {%- do dbt_batch_ops._say("    " ~ crew.advice) -%}
        {%- endif -%}
        {%- do dbt_batch_ops._say(
            "    For all of them: dbt run-operation dbt_batch_ops.check_workers says what to set up, or type"
            ~ " dbt-batch-ops run " ~ summary.operation ~ " --workers " ~ wanted
        ) -%}
    {%- else -%}
        {%- do dbt_batch_ops._say("  " ~ count ~ " workers") -%}
    {%- endif -%}
    {{ return(crew if count > 0 else none) }}
{% endmacro %}
