{#-
  batch_ops.apply_on_shard: apply_part for a batch on another server, with its marker; rows and marker are done or undone together.

  A batch that was in other hands before may be further there than the ledger says; then nothing is applied, and what the
  marker says is returned (docs/decisions/0021-shards-keep-markers.md).
-#}
{% macro _engine_apply_on_shard() %}
create or replace function batch_ops.apply_on_shard(
    p_slice batch_ops.slice,
    p_batch batch_ops.batches,
    p_failure batch_ops.application,
    p_spacing integer,
    p_budget bigint
)
returns batch_ops.application
language plpgsql
as $function$
declare
    v_applied batch_ops.application;
    v_detail text;
begin
    if p_batch.claim_number > 1 or p_batch.applied_hi is not null then
        v_applied := batch_ops.read_marker(p_slice, p_batch);
        if v_applied.applied_hi is not null then
            return v_applied;
        end if;
    end if;
    v_applied := batch_ops.apply_part(p_slice, p_batch, p_failure, p_spacing, p_budget);
    perform batch_ops.write_marker(
        p_slice, p_batch.batch_number, coalesce(p_batch.records, 0), v_applied.records, v_applied.applied_hi, v_applied.failures
    );
    return v_applied;
exception
    when others or query_canceled then
        get stacked diagnostics v_detail = pg_exception_detail;
        return batch_ops.failed_application(sqlstate, sqlerrm, v_detail);
end
$function$
{% endmacro %}
