{#-
  The plans of one step: one for each leaf partition when the step changes a table that is on several servers, else one.

  Args:
    plan (dict): what `_prepare` knows of the operation.
    step (dict): the step.
-#}
{% macro _shard_plans(plan, step) %}
    {%- if not plan.live.shards or plan.export or step.operation_type not in ["update", "delete"] -%}
        {{ return([dict(plan, shard=none)]) }}
    {%- endif -%}
    {%- set plans = [] -%}
    {%- for shard in plan.live.shards -%}
        {%- do plans.append(dict(
            plan, shard=dict(shard, is_first=loop.first), description=dict(plan.description, target=shard.leaf)
        )) -%}
    {%- endfor -%}
    {{ return(plans) }}
{% endmacro %}
