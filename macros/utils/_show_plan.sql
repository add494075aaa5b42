{#- Prints a plan that waits for its confirmation: rows, batches, a sample, the SQL, and what to type. -#}
{% macro _show_plan(request, opened) %}
    {%- set step = opened.steps[0] -%}
    {%- set batches = ((step.total_records + step.batch_size - 1) / step.batch_size) | int -%}
    {%- do dbt_batch_ops._say(opened.operation ~ ", planned; nothing was changed") -%}
    {%- do dbt_batch_ops._say("  " ~ dbt_batch_ops._scope_line(opened) ~ " (" ~ "{:,}".format(batches)
        ~ (" batch)" if batches == 1 else " batches)")) -%}
    {%- for line in dbt_batch_ops._source_lines(step) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- for name, value in opened.parameters.items() -%}
        {%- do dbt_batch_ops._say(
            "  with " ~ name ~ " = " ~ (
                "{:,}".format(value.records) ~ " rows" if value is mapping and "staged" in value
                else tojson(value) | truncate(100, true)
            )
        ) -%}
    {%- endfor -%}
    {%- for line in dbt_batch_ops._later_steps(opened) -%}
        {%- do dbt_batch_ops._say("  " ~ line) -%}
    {%- endfor -%}
    {%- set rows = dbt_batch_ops._fetch(
        "select batch_ops.sample_rows(" ~ dbt_batch_ops._literal(opened.operation_id) ~ "::uuid, 5)"
    ) -%}
    {%- if rows -%}
        {%- set names = (rows[0].keys() | list)[:8] -%}
        {%- set lines = [names] -%}
        {%- for row in rows -%}
            {%- set cells = [] -%}
            {%- for name in names -%}
                {%- do cells.append(("null" if row[name] is none else row[name] | string) | truncate(30, true, "...", 0)) -%}
            {%- endfor -%}
            {%- do lines.append(cells) -%}
        {%- endfor -%}
        {%- do dbt_batch_ops._say(
            "  the first " ~ rows | length ~ ":\n\n    " ~ dbt_batch_ops._table(lines) | replace("\n", "\n    ") ~ "\n"
        ) -%}
    {%- endif -%}
    {%- set plan = request.steps[0].plan -%}
    {%- do dbt_batch_ops._say(
        "  statement of a batch ($1, $2: its ends, $3: the parameters):\n\n" ~ plan[step.iterate_by].apply["start"]
        ~ "\n"
    ) -%}
    {%- do dbt_batch_ops._say(
        "To start exactly this, within " ~ dbt_batch_ops._duration(request.confirm_within_seconds)
        ~ ": dbt run-operation " ~ opened.operation ~ " --args '{confirm: " ~ opened.operation_id ~ "}'"
    ) -%}
{% endmacro %}
