{#- What the engine cannot promise of what the operation's spec says, a line for each. Said before the run starts. -#}
{% macro _portable_limits(description) %}
    {%- set lines = [
        "on " ~ target.type ~ " the first batch that fails stops the run"
        ~ ("" if description.error_handling == "stop_on_error" else
            ", although error_handling is " ~ description.error_handling)
    ] -%}
    {%- if description.max_workers > 1 -%}
        {%- do lines.append("one worker instead of " ~ description.max_workers) -%}
    {%- endif -%}
    {%- if description.notify_on_completion or description.notification_channels -%}
        {%- do lines.append("nobody is notified") -%}
    {%- endif -%}
    {{ return(lines) }}
{% endmacro %}
