{#-
  What a generated statement is filled with (see `_fragments`), as literals.

  Args:
    step (dict): the step.
    range (str): the batch's range.
-#}
{% macro _portable_fragments(plan, step, range) %}
    {%- set params = {} -%}
    {%- for name, parameter in plan.parameters.items() -%}
        {%- do params.update({name: parameter.sql}) -%}
    {%- endfor -%}
    {%- set lists = {} -%}
    {%- for name, column in step.lists.items() -%}
        {%- do lists.update({name: dbt_batch_ops._portable_list_condition(plan.parameters[name], column)}) -%}
    {%- endfor -%}
    {{ return({
        "target": plan.relation,
        "range": range,
        "rows": "(select 1 as batch_ordinal) as source" if step.source.kind == "once" else plan.relation,
        "input": "null",
        "fields": {},
        "params": params,
        "lists": lists,
        "run_started_at": dbt_batch_ops._portable_literal(plan.run_started_at, "timestamptz"),
        "returning": "",
    }) }}
{% endmacro %}
