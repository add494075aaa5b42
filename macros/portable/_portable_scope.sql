{#-
  How much a step has before it: {limit, matching}. matching is none where nothing has to be counted beforehand.

  `refused` is in it where more rows match than the run may still change.
-#}
{% macro _portable_scope(run, plan, step) %}
    {%- set description = plan.description -%}
    {%- if description.max_records is none or step.source.kind == "once" or step.operation_type == "select" -%}
        {{ return({"limit": none, "matching": none, "refused": false}) }}
    {%- endif -%}
    {%- set left = [description.max_records - dbt_batch_ops._portable_changed(run), 0] | max -%}
    {%- set matching = dbt_batch_ops._portable_matching(plan, step) if step.source.kind == "target"
        else dbt_batch_ops._portable_value("select count(*) from " ~ plan.staged[step.name]) | int -%}
    {%- if step.source.kind != "target" and matching > left -%}
        {%- for own in run.steps if own.name == step.name -%}
            {%- do own.source.update({"left_out": matching - left}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return({
        "limit": left,
        "matching": matching,
        "refused": matching > left and description.on_limit == "refuse",
    }) }}
{% endmacro %}
