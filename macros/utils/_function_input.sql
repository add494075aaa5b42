{#-
  How a function is given the rows of a batch: {rows, range, input}.

  A function that takes an array, or JSON, is called once for the batch; one that takes a single value once for each row.
-#}
{% macro _function_input(plan, step, table) %}
    {%- set takes = plan.live.steps[step.name].function.takes -%}
    {%- set range = dbt_batch_ops._staged_rows_range() -%}
    {%- if step.source.kind == "list" -%}
        {%- set value = "source.value" -%}
    {%- elif step.source.kind == "records" or plan.live.steps[step.source.step].function.returns == "jsonb" -%}
        {%- set value = "source.record" if not step.source.field
            else "(source.record ->> " ~ dbt_batch_ops._literal(step.source.field) ~ ")" -%}
    {%- else -%}
        {%- set value = "source." ~ dbt_batch_ops._quote(step.source.field or "called") -%}
    {%- endif -%}
    {%- if takes not in ["array", "json", "jsonb"] -%}
        {{ return({"rows": "batch_ops." ~ table ~ " as source", "range": range, "input": value}) }}
    {%- endif -%}
    {%- set aggregate = {"array": "array_agg", "json": "json_agg", "jsonb": "jsonb_agg"}[takes] -%}
    {{ return({
        "rows": "(\n    select pg_catalog." ~ aggregate ~ "(" ~ value ~ " order by source.batch_ordinal) as input\n"
            ~ "    from batch_ops." ~ table ~ " as source\n    where\n        "
            ~ range | replace("\n", "\n    ") ~ "\n    having pg_catalog.count(*) > 0\n) as source",
        "range": "true",
        "input": "source.input",
    }) }}
{% endmacro %}
