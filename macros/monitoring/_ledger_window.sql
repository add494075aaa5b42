{#-
  The part of the ledger that a model has not read yet, as the common table expression `ledger`: one row with the horizon of
  this very statement, whose database it is of, and the transactions to look at.

  docs/decisions/0017-a-horizon-of-transactions.md. Every transaction below the horizon has ended, and the statement sees
  what it wrote; so the next one begins at the largest horizon kept. That is as good as none where it is of another database,
  or lies in the future: then all is read. A visible row is of a transaction that had ended; one that is not was restored
  from another cluster, and was read when all was. Two limits are also what makes the planner expect few rows, and use
  the index, whatever it knows of the table.

  Args:
    continues (bool): what _continues says.
-#}
{% macro _ledger_window(continues) -%}
ledger as materialized (
    select
        here.horizon,
        here.ledger_database,
        {% if continues -%}
        case when kept.horizon <= here.horizon then kept.horizon else '0'::xid8 end as first_xid,
        case when kept.horizon <= here.horizon then here.end_xid else '18446744073709551615'::xid8 end as end_xid
        {%- else -%}
        '0'::xid8 as first_xid,
        '18446744073709551615'::xid8 as end_xid
        {%- endif %}
    from (
        select
            pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot()) as horizon,
            pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) as end_xid,
            {{ dbt_batch_ops._ledger_database() | indent(12) }} as ledger_database
    ) as here
    {%- if continues %}
    left join lateral (
        select newest.ledger_horizon as horizon
        from {{ this }} as newest
        where newest.ledger_database = here.ledger_database
        order by newest.ledger_horizon desc
        limit 1
    ) as kept on true
    {%- endif %}
)
{%- endmacro %}
