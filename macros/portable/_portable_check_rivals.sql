{#-
  Ends a run that was just opened when another one of the operation is there: both looked before either was.

  Nothing locks where a ledger has no transactions. Whichever of two commits last sees the other, so at most one goes on; when
  both see each other, none does, and nothing was changed.
-#}
{% macro _portable_check_rivals(run, description) %}
    {%- set text = dbt_batch_ops._portable_literal -%}
    {%- set rivals = [] if dbt_batch_ops._portable_is_alone() else dbt_batch_ops._portable_rows(
        "select operation_id from " ~ dbt_batch_ops._portable_ledger("runs")
        ~ " where operation = " ~ text(description.operation, "string")
        ~ " and target = " ~ text(description.target | string, "string")
        ~ " and operation_id <> " ~ text(run.operation_id, "string")
        ~ " and not is_closed and status <> 'planned' limit 1"
    ) -%}
    {%- if rivals -%}
        {%- do dbt_batch_ops._portable_add_event(run, "cancelled", {"error_message": "another run was started in the same instant"}) -%}
        {%- do dbt_batch_ops._portable_drop_staged(run) -%}
        {%- do dbt_batch_ops._portable_refuse_unfinished(description, rivals[0].operation_id) -%}
    {%- endif -%}
{% endmacro %}
