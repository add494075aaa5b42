{#-
  batch_ops.keyed_run: the run that an idempotency key stands for, as `existing`; null when there is none yet.

  `reason` says why it is no answer to this start: it was given other parameters, so that one of the two is a mistake.
-#}
{% macro _engine_keyed_run() %}
create or replace function batch_ops.keyed_run(p_request jsonb)
returns jsonb
language sql
as $function$
    select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'existing', runs.operation_id,
        'same_key', true,
        'reason', case
            when not batch_ops.same_parameters(runs.parameters, p_request -> 'arguments')
                then pg_catalog.format(
                    'idempotency_key %s stands for run %s, which was given other parameters; give this one another key',
                    runs.idempotency_key, runs.operation_id
                )
        end
    ))
    from batch_ops.runs
    where
        runs.operation = p_request #>> '{description,operation}'
        and runs.target = p_request #>> '{description,target}'
        and runs.idempotency_key = p_request ->> 'idempotency_key'
        and runs.status <> 'planned'
        and (runs.status <> 'failed' or runs.closed_at is null)
$function$
{% endmacro %}
