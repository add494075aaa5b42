{#-
  The last statements in a model's transaction, about horizons that its own rows do not bring forward.

  Where all was read because a horizon lay in the future, rows that the ledger no longer has still carry such ones: they are
  laid back, or all would be read again until the future has come. And the newest horizon is brought forward, so that what
  gave no row (simple batches of a `minimal` run, runs without metrics) is not read again each time.
-#}
{% macro _end_model() %}
    {%- set remembered = "nullif(pg_catalog.current_setting('dbt_batch_ops.horizon', true), '')::xid8" -%}
    update {{ this }} as ahead
    set ledger_horizon = '0'::xid8
    where
        ahead.ledger_database = {{ dbt_batch_ops._ledger_database() | indent(8) }}
        and ahead.ledger_horizon > pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())
    {%- if not flags.EMPTY %};
    update {{ this }} as newest
    set ledger_horizon = {{ remembered }}
    where
        newest.ctid = (
            select latest.ctid
            from {{ this }} as latest
            where latest.ledger_database = {{ dbt_batch_ops._ledger_database() | indent(16) }}
            order by latest.ledger_horizon desc
            limit 1
        )
        and newest.ledger_horizon < {{ remembered }}
    {%- endif %}
{% endmacro %}
