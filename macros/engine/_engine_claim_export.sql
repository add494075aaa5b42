{#-
  batch_ops.claim_export: claims the next range of an export and returns the query that reads it, ready for COPY.

  COPY takes no parameters, so they are settings of the transaction. Claim, COPY and settle_export are one transaction:
  a client that dies in between leaves nothing in the ledger, and bytes behind the recorded position in its file.
  Null when everything is exported or the run may not go on.
-#}
{% macro _engine_claim_export() %}
create or replace function batch_ops.claim_export(p_operation_id uuid)
returns jsonb
language plpgsql
as $function$
declare
    v_slice batch_ops.slice := batch_ops.start_slice(p_operation_id);
    v_track batch_ops.track := batch_ops.start_track(v_slice, null);
    v_claimed record;
    v_batch batch_ops.batches;
begin
    v_slice.asynchronous := false;
    v_track.stride := greatest(
        v_slice.batch_size, nullif(pg_catalog.current_setting('batch_ops.stride', true), '')::integer
    );
    perform batch_ops.enter_transaction(v_slice);
    if not v_slice.runnable then
        return null;
    end if;
    perform batch_ops.lock_step(p_operation_id, v_slice.step_number);
    select * into v_claimed from batch_ops.claim_new(v_slice, v_track);
    if v_claimed.batch_numbers is null then
        return null;
    end if;
    select * into v_batch
    from batch_ops.batches
    where
        batches.operation_id = p_operation_id
        and batches.step_number = v_slice.step_number
        and batches.batch_number = v_claimed.batch_numbers[1];
    perform
        -- Not empty: an empty text is no JSON.
        pg_catalog.set_config('batch_ops.range_lo', coalesce(v_batch.range_lo, 'null'::jsonb)::text, true),
        pg_catalog.set_config('batch_ops.range_hi', v_batch.range_hi::text, true),
        pg_catalog.set_config('batch_ops.parameters', v_slice.parameters::text, true),
        pg_catalog.set_config('batch_ops.run_started_at', v_slice.run_started_at::text, true),
        pg_catalog.set_config('batch_ops.stride', v_track.stride::text, false);
    return pg_catalog.jsonb_build_object(
        'batch_number', v_batch.batch_number,
        'statement', v_slice.statements -> 'export' ->> batch_ops.range_shape(v_batch.range_lo, v_batch.range_hi)
    );
end
$function$
{% endmacro %}
