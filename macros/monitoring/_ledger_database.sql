{#-
  Which ledger it is, as SQL: the cluster, the database in it and the table of runs in that.

  Ids of transactions mean something only together with it: a dump that is restored elsewhere brings the models and their
  horizons along, and a ledger that was dropped and installed or restored anew is another one in the same database.
-#}
{% macro _ledger_database() -%}
(
    select pg_catalog.concat_ws('/', control.system_identifier, databases.oid, 'batch_ops.runs'::regclass::oid)
    from pg_catalog.pg_database as databases
    cross join pg_catalog.pg_control_system() as control
    where databases.datname = pg_catalog.current_database()
)
{%- endmacro %}
