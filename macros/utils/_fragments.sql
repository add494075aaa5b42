{#-
  What a generated statement is filled with: `b.target`, `b.range`, `b.rows`, `b.fields.*`, `b.input`, `b.params.*`,
  `b.lists.*`, `b.returning` and `b.run_started_at`.

  Args:
    plan (dict): the operation's description, what the live database says of it, its sources and outputs.
    step (dict): the step.
    range (optional[str]): the batch's range; none for the range of the step's own rows.
    binding (str): `once` for statements that run, `plain` for those the planner is asked about, `settings` for those
      that take their values from settings of the transaction, since COPY takes none.
    staged (bool): the run walks staged keys; a list that named them has then done its work.
-#}
{% macro _fragments(plan, step, range, binding, staged) %}
    {%- set params = {} -%}
    {%- for name, parameter in plan.live.parameters.items() -%}
        {%- if name in plan.sources -%}
            {%- if plan.sources[name].kind == "list" -%}
                {%- do params.update({
                    name: "array(select list.value from batch_ops." ~ plan.sources[name].table ~ " as list)"
                }) -%}
            {%- endif -%}
        {%- else -%}
            {%- do params.update({name: parameter["plain" if binding == "plain" else "once"]}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, output in step.outputs.items() -%}
        {%- do params.update({name: "array(" ~ dbt_batch_ops._output_values(plan, output, step.lists.get(name)) ~ ")"}) -%}
    {%- endfor -%}
    {%- set lists = {} -%}
    {%- for name, column in step.lists.items() -%}
        {%- if staged and [column] == plan.live.key -%}
            {%- do lists.update({name: "true"}) -%}
        {%- else -%}
            {%- set values = dbt_batch_ops._output_values(plan, step.outputs[name], column) if name in step.outputs
                else "select list.value from batch_ops." ~ plan.sources[name].table ~ " as list" -%}
            {#- Another server is sent an array that is computed here; a join with it would fetch every row. -#}
            {%- do lists.update({
                name: dbt_batch_ops._quote(column) ~ (
                    " = any ((select array(" ~ values ~ "))::" ~ plan.live.columns[column].type ~ "[])" if plan.shard
                    else " in (" ~ values ~ ")"
                )
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set table = dbt_batch_ops._staged_table(plan, step) -%}
    {%- if step.source.kind == "target" -%}
        {%- set rows = {"rows": plan.description.target, "range": range, "input": "null"} -%}
    {%- elif step.operation_type == "custom_function" and table and not step.fields -%}
        {%- set rows = dbt_batch_ops._function_input(plan, step, table) -%}
    {%- else -%}
        {%- set rows = {
            "rows": "batch_ops." ~ table ~ " as source" if table else "(values (1::bigint)) as source (batch_ordinal)",
            "range": range or dbt_batch_ops._staged_rows_range(),
            "input": "null",
        } -%}
    {%- endif -%}
    {%- set fragments = {
        "target": plan.description.target,
        "range": rows.range,
        "rows": rows.rows,
        "input": rows.input,
        "fields": dbt_batch_ops._row_fields(plan, step, plan.problems),
        "params": params,
        "lists": lists,
        "run_started_at": "$4",
        "returning": "\nreturning " ~ dbt_batch_ops._returned_key(step, plan.live.key) if step.has_output else "",
    } -%}
    {{ return(dbt_batch_ops._from_settings(fragments) if binding == "settings" else fragments) }}
{% endmacro %}
