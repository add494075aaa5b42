{#- How much a run's first step has before it, in words. -#}
{% macro _scope_line(run) %}
    {%- set step = run.steps[0] -%}
    {%- set words = dbt_batch_ops._words(step.operation_type) -%}
    {%- set rows = "{:,}".format(step.total_records or 0) ~ (" row" if step.total_records == 1 else " rows") -%}
    {%- set prefix = "step 1 of " ~ run.steps | length ~ ", " ~ step.name ~ ": " if run.steps | length > 1 else "" -%}
    {%- if step.iterate_by == "rows" and step.operation_type == "custom_function" and not step.source -%}
        {{ return(prefix ~ "one call") }}
    {%- elif step.total_is_exact -%}
        {{ return(
            prefix ~ rows ~ " to " ~ words
            ~ (", staged in key order" if step.iterate_by == "keys" else "")
            ~ ", in batches of " ~ "{:,}".format(step.batch_size)
        ) }}
    {%- else -%}
        {{ return(
            prefix ~ "about " ~ rows ~ " to " ~ words ~ " (the planner's estimate), along the key, in batches of at most "
            ~ "{:,}".format(step.batch_size)
        ) }}
    {%- endif -%}
{% endmacro %}
