{#-
  batch_ops.enter_transaction: the settings of one transaction of a run, all transaction-local.

  Called again after every COMMIT, since nothing may be left behind in the caller's session (DESIGN, Plans).
-#}
{% macro _engine_enter_transaction() %}
create or replace function batch_ops.enter_transaction(p_slice batch_ops.slice)
returns void
language plpgsql
as $function$
begin
    perform
        -- A wrong estimate must not buy a compilation for each of ten thousand small statements.
        pg_catalog.set_config('jit', 'off', true),
        -- Missing or stale statistics must not turn a key range, or a look-up in the ledger, into a scan of the
        -- whole table (docs/decisions/0006-no-sequential-scans-in-a-batch.md).
        pg_catalog.set_config('enable_seqscan', 'off', true),
        -- Only the operation's own statement gives up on a lock (see apply_batch); the ledger's locks are short.
        pg_catalog.set_config('lock_timeout', '0', true),
        pg_catalog.set_config('synchronous_commit', case when p_slice.asynchronous then 'off' else 'on' end, true),
        pg_catalog.set_config('TimeZone', p_slice.timezone, true),
        pg_catalog.set_config('DateStyle', p_slice.datestyle, true),
        pg_catalog.set_config('search_path', p_slice.search_path, true);
end
$function$
{% endmacro %}
