{#-
  What a generated statement is filled with: `b.target`, `b.range`, `b.params.*`, `b.lists.*`, `b.run_started_at`.

  Args:
    range (str): the batch's range.
    binding (str): `once` for statements that run, `plain` for those the planner is asked about.
    staged (bool): the run walks staged keys; a list that named them has then done its work.
-#}
{% macro _fragments(description, live, range, binding, staged) %}
    {%- set params = {} -%}
    {%- for name, parameter in live.parameters.items() -%}
        {%- do params.update({name: parameter[binding]}) -%}
    {%- endfor -%}
    {%- set lists = {} -%}
    {%- for name, column in description.lists.items() -%}
        {%- if staged and [column] == live.key -%}
            {%- do lists.update({name: "true"}) -%}
        {%- elif binding == "plain" -%}
            {%- do lists.update({
                name: dbt_batch_ops._quote(column) ~ " in (select unnest(" ~ params[name] ~ "))"
            }) -%}
        {%- else -%}
            {%- do lists.update({name: dbt_batch_ops._quote(column) ~ " = any(" ~ params[name] ~ ")"}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        "target": description.target,
        "range": range,
        "params": params,
        "lists": lists,
        "run_started_at": "$4",
    }) }}
{% endmacro %}
