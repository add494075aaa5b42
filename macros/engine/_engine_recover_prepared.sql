{#-
  batch_ops.recover_prepared: lets Citus finish what a lost coordinator session had prepared on its workers; null, or why it
  cannot.

  Citus commits the ledger here and the rows on its workers in two phases. A session that dies between them leaves prepared
  transactions whose commit is decided already: until they are finished, rows lag behind the ledger. Citus does that by itself
  after citus.recover_2pc_interval. Where there is no Citus this is one look at the catalog.
-#}
{% macro _engine_recover_prepared() %}
create or replace function batch_ops.recover_prepared()
returns text
language plpgsql
as $function$
begin
    if not exists (select 1 from pg_catalog.pg_extension as extensions where extensions.extname = 'citus') then
        return null;
    end if;
    -- The function is there with the extension only.
    execute 'select pg_catalog.recover_prepared_transactions()';
    return null;
exception
    when insufficient_privilege then
        return pg_catalog.format(
            'role %s may not call recover_prepared_transactions(): after a kill, rows may lag behind the ledger until Citus has '
            'recovered by itself (citus.recover_2pc_interval)', current_user
        );
end
$function$
{% endmacro %}
