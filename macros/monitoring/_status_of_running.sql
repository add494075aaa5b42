{#- What a run that says it is running is, as SQL: `run_overview` says the same. is_live: whether a session works on it. -#}
{% macro _status_of_running(is_live) -%}
    case
        when {{ is_live }} then 'running'
        when runs.pause_requested_at is null then 'interrupted'
        else 'paused'
    end
{%- endmacro %}
