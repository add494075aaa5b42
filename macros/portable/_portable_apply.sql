{#-
  Does the statement of a batch, and returns how many rows it changed.

  Where the ledger shares no transaction with the data (Spark), the statement is announced, marked, and has to begin within
  some seconds. When it is not in the table's log afterwards, either no row matched or it began too late; the time tells. Then
  it is announced again, with twice the time.
-#}
{% macro _portable_apply(run, plan, step, batch) %}
    {%- if step.operation_type == "select" -%}
        {#- Its rows were found when the step was opened. -#}
        {{ return(dbt_batch_ops._portable_value("select count(*) from " ~ plan.outputs[step.name]) | int) }}
    {%- endif -%}
    {{ return(adapter.dispatch("_portable_apply", "dbt_batch_ops")(run, plan, step, batch)) }}
{% endmacro %}

{% macro default___portable_apply(run, plan, step, batch) %}
    {%- set range = dbt_batch_ops._portable_batch_range(plan, step, batch) -%}
    {{ return(dbt_batch_ops._portable_value(dbt_batch_ops._portable_statements(plan, step, range).apply) | int) }}
{% endmacro %}

{% macro spark___portable_apply(run, plan, step, batch) %}
    {%- set mark = dbt_batch_ops._portable_mark(run.operation_id, batch.step_number, batch.batch_number) -%}
    {%- set seconds = dbt_batch_ops._setting("batch_ops_statement_starts_within_seconds") -%}
    {%- set ns = namespace(records=none) -%}
    {%- for doubling in range(16) if ns.records is none -%}
        {%- set intent = dbt_batch_ops._portable_intend(run, batch, seconds * 2 ** doubling) -%}
        {%- set range = dbt_batch_ops._portable_batch_range(plan, step, batch) ~ "\n    and " ~ intent.predicate -%}
        {%- do dbt_batch_ops._portable_statement(dbt_batch_ops._portable_statements(plan, step, range, mark, joined=true).apply, mark) -%}
        {%- set found = dbt_batch_ops._portable_find(plan.relation, mark, run.table_version) -%}
        {%- if found.commits > 0 -%}
            {%- set ns.records = found.records -%}
            {#- It was a commit, so the next batch need not look for its own before it. -#}
            {%- do run.update({"table_version": run.table_version + 1}) -%}
        {%- elif not dbt_batch_ops._portable_is_over(intent.lease) -%}
            {%- set ns.records = 0 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if ns.records is none -%}
        {%- do dbt_batch_ops._fail("Batch " ~ batch.batch_number ~ " could not begin in time on the server, which is too slow.") -%}
    {%- endif -%}
    {{ return(ns.records) }}
{% endmacro %}
