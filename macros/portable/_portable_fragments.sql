{#-
  What a generated statement is filled with (see `_fragments`), as literals.

  Args:
    step (dict): the step.
    range (str): the batch's range.
    mark (str): what marks the statement of a batch in the table's log.
    joined (bool): the list of an earlier step is compared with the rows that the statement joins (Spark).
-#}
{% macro _portable_fragments(plan, step, range, mark="batch_ops", joined=false) %}
    {%- set params = {} -%}
    {%- for name, parameter in plan.parameters.items() -%}
        {%- do params.update({name: parameter.sql}) -%}
    {%- endfor -%}
    {%- set lists = {} -%}
    {%- set listed = namespace(rows="") -%}
    {%- for name, column in step.lists.items() -%}
        {%- if name in step.outputs -%}
            {%- set values = dbt_batch_ops._portable_output_values(plan, step.outputs[name]) -%}
            {%- set listed.rows = "(" ~ values ~ ") as listed" -%}
            {%- do lists.update({
                name: adapter.quote(column) ~ (" = listed.listed_value" if joined else " in (" ~ values ~ ")")
            }) -%}
        {%- else -%}
            {%- do lists.update({name: dbt_batch_ops._portable_list_condition(plan.parameters[name], column)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set fields = {} -%}
    {%- for name in step.fields -%}
        {%- do fields.update({name: "source.field_" ~ loop.index}) -%}
    {%- endfor -%}
    {{ return({
        "target": plan.relation,
        "range": range,
        "rows": "(select 1 as batch_ordinal) as source" if step.source.kind == "once"
            else dbt_batch_ops._portable_walk(plan, step).relation ~ (" as source" if step.source.kind != "target" else ""),
        "mark": "'" ~ mark ~ "'",
        "input": "null",
        "fields": fields,
        "params": params,
        "lists": lists,
        "listed": listed.rows,
        "run_started_at": dbt_batch_ops._portable_literal(plan.run_started_at, "timestamptz"),
        "returning": "",
    }) }}
{% endmacro %}
