{#- The statements of a step that walks its target, along the key or over staged keys. -#}
{% macro _target_plan(plan, step, statements, staged_table) %}
    {%- set target = plan.description.target | string -%}
    {%- set key = plan.live.key -%}
    {%- set types = plan.live.key_types -%}
    {%- set columns = dbt_batch_ops._columns(key) -%}
    {%- set listed = statements(dbt_batch_ops._fragments(plan, step, "true", "plain", false)).where -%}
    {%- set staged_range = dbt_batch_ops._staged_range(key, staged_table)
        if not plan.shard or key | length > 1 else dbt_batch_ops._staged_array(key, types, staged_table) -%}

    {%- set is_sent = plan.shard is not none and plan.shard.server is not none -%}
    {%- set shapes = {} -%}
    {%- set full_batch = {} -%}
    {%- set matching = {} -%}
    {%- set failed = {} -%}
    {%- set exports = {} -%}
    {%- for shape in dbt_batch_ops._shapes(key) -%}
        {%- set range = dbt_batch_ops._range(key, types, shape) -%}
        {%- set own = statements(dbt_batch_ops._fragments(plan, step, range, "once", false)) -%}
        {%- do shapes.update({shape: dbt_batch_ops._apply(plan, step, own)}) -%}
        {%- do full_batch.update({shape: dbt_batch_ops._full_batch(target, key, range, own.where)}) -%}
        {%- do matching.update({shape: dbt_batch_ops._matching_keys(target, key, range, own.where)}) -%}
        {%- do failed.update({shape: dbt_batch_ops._failed_row(
            target, range ~ "\n    and (\n        " ~ own.where ~ "\n    )"
        )}) -%}
        {%- if plan.export -%}
            {%- set exported = statements(dbt_batch_ops._fragments(plan, step, range, "settings", false)) -%}
            {%- do exports.update({shape: dbt_batch_ops._batch_query(plan, step, exported)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set own = statements(dbt_batch_ops._fragments(plan, step, staged_range, "once", true)) -%}
    {%- set staged = dbt_batch_ops._apply(plan, step, own) -%}
    {%- set staged_export = dbt_batch_ops._batch_query(
        plan, step, statements(dbt_batch_ops._fragments(plan, step, staged_range, "settings", true))
    ) if plan.export else none -%}

    {{ return({
        "matching_keys": dbt_batch_ops._select(key) ~ "\nfrom " ~ target ~ "\nwhere\n    " ~ listed,
        "all_keys": dbt_batch_ops._select(key) ~ "\nfrom " ~ target,
        "last_key": "select " ~ dbt_batch_ops._key_array(key) ~ "\nfrom " ~ target
            ~ "\norder by " ~ columns | replace(", ", " desc, ") ~ " desc\nlimit 1",
        "output_definition": dbt_batch_ops._output_definition(plan, step, own),
        "export_columns": step.select_columns if plan.export else none,
        "range": {
            "is_integer_key": types in [["smallint"], ["integer"], ["bigint"]],
            "apply": shapes,
            "export": exports,
            "boundary": dbt_batch_ops._boundary(target, key, types, is_sent),
            "boundaries": dbt_batch_ops._boundaries(target, key, types, is_sent),
            "full_batch": full_batch,
            "matching": matching,
            "row": failed,
        },
        "keys": {
            "apply": {"start": staged, "0": staged},
            "row": {
                "start": dbt_batch_ops._failed_row(target, staged_range),
                "0": dbt_batch_ops._failed_row(target, staged_range),
            },
            "export": {"start": staged_export, "0": staged_export},
            "sample": "select\n    " ~ dbt_batch_ops._columns(
                (key + step.set_columns + (step.select_columns or []) + step.read_columns) | unique | list
            ) | replace(", ", ",\n    ") ~ "\nfrom " ~ target ~ "\nwhere\n    " ~ staged_range ~ "\norder by " ~ columns,
        },
    }) }}
{% endmacro %}
