{#- What is added to a batch's range so that its statement can be found in the table's log; empty where nobody has to. -#}
{% macro _portable_marker(operation_id, step_number, batch_number) %}
    {{ return(adapter.dispatch("_portable_marker", "dbt_batch_ops")(operation_id, step_number, batch_number)) }}
{% endmacro %}

{% macro default___portable_marker(operation_id, step_number, batch_number) %}
    {{ return("'batch_ops:" ~ operation_id ~ "/" ~ step_number ~ "/" ~ batch_number ~ ";' is not null") }}
{% endmacro %}

{% macro duckdb___portable_marker(operation_id, step_number, batch_number) %}
    {{ return("") }}
{% endmacro %}
