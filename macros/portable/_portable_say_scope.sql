{#- What a run has before it, what the engine does not promise, and what to type if the command ends early. -#}
{% macro _portable_say_scope(run, plan) %}
    {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._scope_line(run)) -%}
    {%- for line in dbt_batch_ops._source_lines(run.steps[0]) + dbt_batch_ops._portable_limits(plan.description) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- do dbt_batch_ops._say(
        "  if a batch fails or this command is killed, what is committed stays; then type:\n    dbt run-operation "
        ~ run.operation ~ " --args '{operation_id: " ~ run.operation_id ~ "}'"
    ) -%}
{% endmacro %}
