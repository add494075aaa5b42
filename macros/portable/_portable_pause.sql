{#- Asks a run to stop before its next batch, where another process can ask. -#}
{% macro _portable_pause(operation_id) %}
    {%- set run = dbt_batch_ops._portable_known(operation_id) -%}
    {%- if dbt_batch_ops._portable_is_alone() -%}
        {%- do dbt_batch_ops._fail(
            "Run " ~ operation_id ~ " of " ~ run.operation ~ " is " ~ run.status ~ ", and nobody works on it: " ~ target.type
            ~ " lets one process use a database at a time, and now it is this one.\n"
            ~ "To stop a run that is at work, end its command (Ctrl-C); what it has committed stays.\n"
            ~ ("" if run.is_closed else dbt_batch_ops._next_commands(run))
        ) -%}
    {%- elif run.status not in ["running", "paused"] -%}
        {%- do dbt_batch_ops._fail("Run " ~ operation_id ~ " of " ~ run.operation ~ " is " ~ run.status ~ " and cannot be paused.") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._portable_add_event(run, "paused") -%}
    {%- do dbt_batch_ops._say(
        "Run " ~ operation_id ~ " of " ~ run.operation ~ " stops before its next batch; "
        ~ "{:,}".format(run.processed_records) ~ " rows are changed so far.\n"
        ~ "To go on with it: dbt run-operation dbt_batch_ops.resume --args '{operation_id: " ~ operation_id ~ "}'"
    ) -%}
{% endmacro %}
