{#- What a run that says it is running is, as SQL: `run_overview` says the same. -#}
{% macro _status_of_running(runs) -%}
case
    when batch_ops.is_live({{ runs }}.operation_id) then 'running'
    when {{ runs }}.pause_requested_at is null then 'interrupted'
    else 'paused'
end
{%- endmacro %}
