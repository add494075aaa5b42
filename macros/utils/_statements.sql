{#-
  Every statement of a run, filled with placeholders for the engine.

  Args:
    description (dict): the operation, as its generated macro describes it.
    live (dict): what `batch_ops.describe_target` says of the live table.
    statements (macro): the operation's own statements as a function of fragments.

  $1 and $2 are the ends of the range, $3 the parameters, $4 the run's start, $5 and $6 the sizes of a boundary.
-#}
{% macro _statements(description, live, statements) %}
    {%- set target = description.target | string -%}
    {%- set key = live.key -%}
    {%- set columns = dbt_batch_ops._columns(key) -%}
    {%- set listed = statements(dbt_batch_ops._fragments(description, live, "true", "plain", false)).where -%}

    {%- set shapes = {} -%}
    {%- for shape in dbt_batch_ops._shapes(key) -%}
        {%- set fragments = dbt_batch_ops._fragments(
            description, live, dbt_batch_ops._range(key, live.key_types, shape), "once", false
        ) -%}
        {%- do shapes.update({shape: statements(fragments).apply}) -%}
    {%- endfor -%}
    {%- set staged = statements(dbt_batch_ops._fragments(
        description, live, dbt_batch_ops._staged_range(key, live.operation_id), "once", true
    )).apply -%}

    {{ return({
        "matching_keys": dbt_batch_ops._select(key) ~ "\nfrom " ~ target ~ "\nwhere\n    " ~ listed,
        "all_keys": dbt_batch_ops._select(key) ~ "\nfrom " ~ target,
        "last_key": "select " ~ dbt_batch_ops._key_array(key) ~ "\nfrom " ~ target
            ~ "\norder by " ~ columns | replace(", ", " desc, ") ~ " desc\nlimit 1",
        "range": {
            "is_integer_key": live.key_types in [["smallint"], ["integer"], ["bigint"]],
            "apply": shapes,
            "boundary": dbt_batch_ops._boundary(target, key, live.key_types),
            "boundaries": dbt_batch_ops._boundaries(target, key, live.key_types),
            "full_batch": dbt_batch_ops._full_batch(description, live, statements),
        },
        "keys": {"apply": {"start": staged, "0": staged}},
    }) }}
{% endmacro %}
