{#-
  Holds the operation against the live table and returns the request that `batch_ops.open_run` takes.
-#}
{% macro _prepare(description, statements, given) %}
    {%- set described = dict(description, target=description.target | string) -%}
    {%- set live = dbt_batch_ops._fetch(
        "select batch_ops.describe_target(" ~ dbt_batch_ops._json(described) ~ ", " ~ dbt_batch_ops._json(given["values"]) ~ ")"
    ) -%}
    {%- do dbt_batch_ops._refuse_problems(description, given.problems + live.problems) -%}
    {%- set listed = live.key | length == 1 and live.key[0] in description.lists.values() | list -%}
    {{ return({
        "description": described,
        "arguments": given["values"],
        "target": live,
        "package_version": dbt_batch_ops._version(),
        "claim_timeout_seconds": dbt_batch_ops._setting("batch_ops_claim_timeout_seconds"),
        "iterate_by": description.iterate_by or (
            "keys" if listed or description.max_records is not none else none
        ),
        "statements": dbt_batch_ops._statements(description, live, statements),
    }) }}
{% endmacro %}
