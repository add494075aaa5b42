{#-
  One batch: its statement and its end in the ledger, in one transaction where there are any.

  Where there are none it is announced first, so that whoever goes on knows what to look for (`_portable_apply`).
-#}
{% macro _portable_work_batch(run, plan, step, batch) %}
    {%- set started = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {%- do dbt_batch_ops._portable_begin() -%}
    {%- set records = dbt_batch_ops._portable_apply(run, plan, step, batch) -%}
    {%- do dbt_batch_ops._portable_complete(run, batch, records, started) -%}
    {%- do dbt_batch_ops._portable_commit() -%}
{% endmacro %}
