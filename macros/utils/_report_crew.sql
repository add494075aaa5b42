{#- What each worker of a run has done, as a table, where there were several. -#}
{% macro _report_crew(run) %}
    {%- set shares = dbt_batch_ops._fetch(
        "select batch_ops.shares(" ~ dbt_batch_ops._literal(run.operation_id) ~ "::uuid)"
    ) if run.crew else none -%}
    {%- if shares -%}
        {%- set lines = [["worker", "process", "rows", "batches"]] -%}
        {%- for worker in shares -%}
            {%- do lines.append([
                loop.index | string, worker.pid | string, "{:,}".format(worker.records), "{:,}".format(worker.batches)
            ]) -%}
        {%- endfor -%}
        {%- do dbt_batch_ops._say("\n    " ~ dbt_batch_ops._table(lines, right=[0, 1, 2, 3]) | replace("\n", "\n    ")) -%}
    {%- endif -%}
{% endmacro %}
