{#-
  What a step does with a batch: the operation's own statement, a select in key order, a function's JSON as one row for
  each element.

  Args:
    own (dict): what the step's own statements are for the batch's fragments.
-#}
{% macro _batch_query(plan, step, own) %}
    {%- if step.operation_type == "select" -%}
        {{ return(own.apply ~ "\norder by " ~ dbt_batch_ops._columns(plan.live.key)) }}
    {%- elif step.operation_type == "custom_function" and step.has_output
        and plan.live.steps[step.name].function.returns == "jsonb" -%}
        {{ return(dbt_batch_ops._elements_of(own.apply)) }}
    {%- endif -%}
    {{ return(own.apply) }}
{% endmacro %}
