{#- Why a run is not completed, in words that follow its name. -#}
{% macro _why_ended(run) %}
    {%- if run.status == "failed" and run.stop_reason -%}
        {{ return(" stopped by itself: " ~ run.stop_reason ~ ".") }}
    {%- elif run.status == "failed" -%}
        {{ return(dbt_batch_ops._newest_error(run)) }}
    {%- elif run.status == "timed_out" -%}
        {{ return(" reached its timeout.") }}
    {%- elif run.status == "blocked" -%}
        {%- set held = (run.waiting_for or [{}])[0] -%}
        {{ return(
            " is blocked: batch " ~ held.batch ~ " is held by process " ~ held.pid ~ " since " ~ held.since
            ~ ".\n  All other batches are done. To end that process: select pg_terminate_backend(" ~ held.pid ~ ")"
            ~ "\n  To see what it waits for: dbt run-operation dbt_batch_ops.locks"
        ) }}
    {%- elif run.status == "cancelled" -%}
        {{ return(" was cancelled" ~ (" by " ~ run.cancel_requested_by if run.cancel_requested_by else "") ~ ".") }}
    {%- elif run.status == "paused" -%}
        {{ return(" was paused" ~ (" by " ~ run.pause_requested_by if run.pause_requested_by else "") ~ ".") }}
    {%- endif -%}
    {{ return(" was interrupted.") }}
{% endmacro %}
