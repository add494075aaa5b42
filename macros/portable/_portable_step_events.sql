{#- A query of the events with which steps were opened, one for each step: where two commands did, that of the later one. -#}
{% macro _portable_step_events() %}
select
    *,
    row_number() over (partition by operation_id, step_number order by event_number desc, token desc) as place
from {{ dbt_batch_ops._portable_ledger("run_events") }}
where step_number is not null
{% endmacro %}
