{#- Rows of the current step that are done, counted on from what the ledger had when this process began. -#}
{% macro _step_records(progress, summary) %}
    {%- set step = progress.state.step -%}
    {{ return(
        progress.state.records
        + (progress.step_records if progress.step_number == step.number else summary.steps[step.number - 1].records)
    ) }}
{% endmacro %}
