{#- Ends the run before a batch that it may not do: its time is over, it is asked to stop, or its rows would be too many. -#}
{% macro _portable_check_batch(run, plan, step, batch, started_at) %}
    {%- set description = plan.description -%}
    {%- set seconds = (modules.datetime.datetime.now(modules.pytz.utc) - started_at).total_seconds() -%}
    {%- if description.timeout_seconds is not none and seconds >= description.timeout_seconds -%}
        {%- do dbt_batch_ops._portable_stop(run, "timed_out", "reached its timeout") -%}
    {%- endif -%}
    {%- if not dbt_batch_ops._portable_is_alone() -%}
        {%- do dbt_batch_ops._portable_check_token(run) -%}
    {%- endif -%}
    {%- if description.max_records is not none and step.source.kind == "target" and step.operation_type != "select" -%}
        {%- set matching = dbt_batch_ops._portable_matching(plan, step, dbt_batch_ops._portable_batch_range(plan, step, batch)) -%}
        {%- if dbt_batch_ops._portable_changed(run) + matching > description.max_records -%}
            {%- do dbt_batch_ops._portable_stop(
                run, "failed", "stopped by itself: batch " ~ batch.batch_number ~ " has " ~ "{:,}".format(matching)
                ~ " rows now, and with them the run would change more than max_records = "
                ~ "{:,}".format(description.max_records)
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
