{#-
  SQL that is true of the runs that an alert is about, by their alias `runs`: those of the last hours, unfinished ones among
  them.
-#}
{% macro _lately(operation, hours) %}
    {%- set span = hours if hours is not none else dbt_batch_ops._setting("batch_ops_alert_hours") -%}
    {{ return(
        ("runs.operation = " ~ dbt_batch_ops._literal(operation) ~ " and " if operation is not none else "")
        ~ "coalesce(runs.completed_at, current_timestamp) >= current_timestamp - interval '" ~ span | float ~ " hours'"
    ) }}
{% endmacro %}
