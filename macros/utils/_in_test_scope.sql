{#-
  SQL that is true of the runs that a test is about, by their alias `runs`.

  Args:
    operation (str): only those of this operation; none for all.
    within_days (number): only those that have not ended, or not longer ago; none is what the project says, or all.
-#}
{% macro _in_test_scope(operation=none, within_days=none) %}
    {%- set days = within_days if within_days is not none else dbt_batch_ops._setting("batch_ops_test_days") -%}
    {%- set conditions = [] -%}
    {%- if operation is not none -%}
        {%- do conditions.append("runs.operation = " ~ dbt_batch_ops._literal(operation)) -%}
    {%- endif -%}
    {%- if days is not none -%}
        {%- do conditions.append(
            "coalesce(runs.completed_at, current_timestamp) >= current_timestamp - interval '" ~ days | float ~ " days'"
        ) -%}
    {%- endif -%}
    {{ return(conditions | join(" and ") if conditions else "true") }}
{% endmacro %}
