{#- The models that keep what is in the ledger's tables. -#}
{% macro _model_of_table() %}
    {{ return({
        "runs": "batch_operations",
        "run_overview": "batch_operations",
        "batches": "batch_operation_logs",
        "errors": "batch_operation_errors",
    }) }}
{% endmacro %}
