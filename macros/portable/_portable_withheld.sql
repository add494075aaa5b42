{#- The table with those parameters of a run that its events do not show; it is there as long as the run can go on. -#}
{% macro _portable_withheld(run) %}
    {{ return(dbt_batch_ops._portable_ledger(
        "withheld_" ~ run.operation_id | replace("-", "") ~ "_" ~ run.opening_token[:8]
    )) }}
{% endmacro %}
