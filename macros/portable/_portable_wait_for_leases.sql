{#-
  Waits until whoever worked on a run before can no longer begin the statement of a batch that it has announced.

  A client can be suspended right before it sends a statement, for as long as a lid is closed. The statement says itself until
  when it may begin (`_portable_intend`); half of that time more is for clocks that differ. No engine here has a function that
  sleeps, so the server is asked again and again.
-#}
{% macro _portable_wait_for_leases(run) %}
    {%- set margin = (dbt_batch_ops._setting("batch_ops_statement_starts_within_seconds") / 2) | round(0, "ceil") | int -%}
    {%- set end = dbt_batch_ops._portable_value(
        "select date_format(max(valid_until) + interval " ~ margin ~ " seconds, 'yyyy-MM-dd HH:mm:ss.SSSSSSXXX') as lease from "
        ~ dbt_batch_ops._portable_ledger("batches") ~ " where operation_id = "
        ~ dbt_batch_ops._portable_literal(run.operation_id, "string") ~ " and status in ('intended', 'in_doubt')"
    ) -%}
    {%- set ns = namespace(waits=end is not none, said=false) -%}
    {%- for hundreds in range(100000) if ns.waits -%}{%- for turn in range(100) if ns.waits -%}
        {%- set ns.waits = not dbt_batch_ops._portable_is_over(end) -%}
        {%- if ns.waits and not ns.said -%}
            {%- do dbt_batch_ops._say(
                "  waits until " ~ end[11:19] ~ " (the server's time): a command that was at work may begin its batch until then"
            ) -%}
            {%- set ns.said = true -%}
        {%- endif -%}
    {%- endfor -%}{%- endfor -%}
{% endmacro %}
