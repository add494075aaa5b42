{#-
  The key of the $5-th matching row of a range, one statement for each shape; none when fewer match.

  Asked only of a range that is known to hold few enough keys, so whatever the plan, it is bounded.
-#}
{% macro _full_batch(plan, step, statements) %}
    {%- set full_batch = {} -%}
    {%- for shape in dbt_batch_ops._shapes(plan.live.key) -%}
        {%- set fragments = dbt_batch_ops._fragments(
            plan, step, dbt_batch_ops._range(plan.live.key, plan.live.key_types, shape), "once", false
        ) -%}
        {%- do full_batch.update({
            shape: "select " ~ dbt_batch_ops._key_array(plan.live.key) ~ "\nfrom " ~ fragments.target ~ "\nwhere\n    "
            ~ fragments.range ~ "\n    and (\n        " ~ statements(fragments).where ~ "\n    )\norder by "
            ~ dbt_batch_ops._columns(plan.live.key) ~ "\nlimit 1 offset $5 - 1"
        }) -%}
    {%- endfor -%}
    {{ return(full_batch) }}
{% endmacro %}
