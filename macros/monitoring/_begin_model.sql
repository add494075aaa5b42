{#-
  The first statement in a model's transaction. Two of them at once would both insert what is new: the second waits, and finds it
  done. The lock comes before the first snapshot, whatever the isolation level. Readers are not held up.

  Begins the transaction as well: dbt ends the one that psycopg2 has begun with a `commit` of its own before hooks outside
  transactions, of which psycopg2 does not know, so that it begins no other (measured on dbt-postgres 1.11.0).

  Remembers a horizon for _end_model: an earlier one than that of the statement that reads, and so as good.
-#}
{% macro _begin_model() %}
    begin;
    {% if is_incremental() -%}
        lock table {{ this }} in share row exclusive mode;
    {%- endif %}
    select pg_catalog.set_config(
        'dbt_batch_ops.horizon', pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::text, true
    )
{% endmacro %}
