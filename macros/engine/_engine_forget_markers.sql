{#-
  batch_ops.forget_markers: deletes what shards keep of a run, after it was compared with the run's batches; returns why not, or
  null.

  A shard without any marker of the run has forgotten it before: its transaction commits first, so a purge that was killed
  begins again there.
-#}
{% macro _engine_forget_markers() %}
create or replace function batch_ops.forget_markers(p_operation_id uuid)
returns text
language plpgsql
as $function$
declare
    v_shard record;
    v_different bigint;
begin
    for v_shard in
        select distinct steps.shard, steps.marker_table from batch_ops.steps
        where steps.operation_id = p_operation_id and steps.marker_table is not null
        order by steps.shard
    loop
        execute pg_catalog.format(
            $query$
            with markers as (
                select markers.step_number, markers.batch_number, markers.records
                from batch_ops.%I as markers
                where markers.operation_id = $1 and markers.shard = $2
            )

            select pg_catalog.count(*)
            from markers
            full join (
                select batches.step_number, batches.batch_number, batches.records
                from batch_ops.batches
                inner join batch_ops.steps using (operation_id, step_number)
                where batches.operation_id = $1 and steps.shard = $2 and batches.records > 0
            ) as batches using (step_number, batch_number)
            where markers.records is distinct from batches.records and exists (select 1 from markers)
            $query$,
            v_shard.marker_table
        )
        into v_different
        using p_operation_id, v_shard.shard;
        if v_different > 0 then
            return pg_catalog.format(
                'run %s is kept: %s of its batches are not what shard %s has of them; compare batch_ops.batches here with '
                'batch_ops.applied there', p_operation_id, v_different, v_shard.shard
            );
        end if;
        execute pg_catalog.format('delete from batch_ops.%I where operation_id = $1 and shard = $2', v_shard.marker_table)
        using p_operation_id, v_shard.shard;
    end loop;
    return null;
exception
    when others then
        return pg_catalog.format('run %s is kept: shard %s: %s', p_operation_id, v_shard.shard, batch_ops.one_line(sqlerrm));
end
$function$
{% endmacro %}
