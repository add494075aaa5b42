{#- How long a time slice takes, as an SQL interval. -#}
{% macro _slice_interval() %}
    {{ return("interval '" ~ dbt_batch_ops._setting("batch_ops_slice_seconds") | float ~ " seconds'") }}
{% endmacro %}
