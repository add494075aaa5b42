{#-
  batch_ops.purge: deletes closed runs by age and number, in small transactions, for about p_slice (null: to the end).

  Call it alone in its statement, outside a transaction block. p_state goes in as it came out of the call before (null at
  first). It may be killed at any moment and run beside others: what is left, the next one deletes.
-#}
{% macro _engine_purge() %}
create or replace procedure batch_ops.purge(
    p_older_than interval default null,
    p_keep integer default null,
    p_slice interval default null,
    inout p_state jsonb default null
)
language plpgsql
as $procedure$
declare
    v_statement_timeout interval := pg_catalog.current_setting('statement_timeout')::interval;
    v_slice_ends timestamptz;
begin
    -- A role's own statement_timeout counts the whole CALL; half of it leaves room for the last transaction.
    v_slice_ends := pg_catalog.clock_timestamp() + least(
        p_slice, case when v_statement_timeout > interval '0' then v_statement_timeout / 2 end
    );
    commit;
    -- Whatever the session's default: what another purge has deleted must be gone for this one too, and no error.
    set transaction isolation level read committed;
    -- A client without a state may say so in JSON.
    if nullif(p_state, 'null') is null then
        p_state := batch_ops.begin_purge(p_older_than, p_keep);
        commit and chain;
    end if;
    loop
        p_state := batch_ops.purge_next(p_state, p_keep);
        commit and chain;
        exit when (p_state ->> 'done')::boolean or pg_catalog.clock_timestamp() >= v_slice_ends;
    end loop;
    commit;
end
$procedure$
{% endmacro %}
