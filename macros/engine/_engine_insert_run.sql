{#-
  batch_ops.insert_run: the run's own row in the ledger.

  Returns the run that stands in the way (an unfinished one, or the one that the idempotency key stands for), or null.
  Unique indexes decide that, also when two start in the same instant: the second waits here for the first.
-#}
{% macro _engine_insert_run() %}
create or replace function batch_ops.insert_run(
    p_request jsonb,
    p_operation_id uuid,
    p_parameters jsonb,
    p_started_at timestamptz
)
returns jsonb
language plpgsql
as $function$
declare
    v_existing jsonb;
    v_description jsonb := p_request -> 'description';
    v_timeout interval := pg_catalog.make_interval(secs => (v_description ->> 'timeout_seconds')::double precision);
    -- A tenth of the whole for one batch; a minute for a run of ten minutes.
    v_batch_timeout interval := coalesce(
        pg_catalog.make_interval(secs => (p_request ->> 'batch_timeout_seconds')::double precision),
        greatest(v_timeout / 10, case when v_timeout is not null then interval '1 second' end)
    );
    v_lock_timeout interval := coalesce(
        pg_catalog.make_interval(secs => (p_request ->> 'lock_timeout_seconds')::double precision),
        least(interval '10 seconds', nullif(v_batch_timeout, interval '0') / 2)
    );
    v_heartbeat interval := pg_catalog.make_interval(
        secs => coalesce((v_description ->> 'heartbeat_seconds')::double precision, 10)
    );
    v_watching record := batch_ops.watching(v_description);
    v_confirm_before timestamptz := p_started_at
        + pg_catalog.make_interval(secs => (p_request ->> 'confirm_within_seconds')::double precision);
begin
    for v_attempt in 1 .. 3 loop
        insert into batch_ops.runs (
            operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
            package_version, max_records, on_limit, max_errors, skip_invalid_rows, timeout, claim_timeout,
            started_at, deadline_at, confirm_before, file_name, error_handling, max_retries, redact, redacted_parameters,
            batch_timeout, lock_timeout, idempotency_key, max_workers, heartbeat_interval, max_errors_per_worker,
            description, logging_level, collect_metrics, notify_on_completion, progress_notification_interval,
            notification_channels, notification_message
        )
        values (
            p_operation_id, v_description ->> 'operation', v_description ->> 'target',
            case when v_confirm_before is null then 'running' else 'planned' end,
            p_parameters, v_description ->> 'spec_hash', v_description ->> 'spec_path',
            v_description ->> 'generator_version', p_request ->> 'package_version',
            (v_description ->> 'max_records')::bigint, coalesce(v_description ->> 'on_limit', 'refuse'),
            (v_description ->> 'max_errors')::bigint,
            coalesce((v_description ->> 'skip_invalid_rows')::boolean, false), v_timeout,
            coalesce(
                pg_catalog.make_interval(secs => (p_request ->> 'claim_timeout_seconds')::double precision), 3 * v_heartbeat
            ),
            p_started_at, p_started_at + v_timeout, v_confirm_before, p_request ->> 'file_name',
            coalesce(v_description ->> 'error_handling', 'stop_on_error'),
            coalesce((v_description ->> 'max_retries')::integer, 5),
            array(select pg_catalog.jsonb_array_elements_text(coalesce(v_description -> 'redact', '[]'))),
            array(
                select parameters.name
                from pg_catalog.jsonb_each(v_description -> 'parameters') as parameters (name, declared)
                where (parameters.declared -> 'redact')::boolean
            ),
            nullif(v_batch_timeout, interval '0'), nullif(v_lock_timeout, interval '0'), p_request ->> 'idempotency_key',
            coalesce((v_description ->> 'max_workers')::integer, 1), v_heartbeat,
            (v_description ->> 'max_errors_per_worker')::bigint,
            nullif(v_description ->> 'description', ''), v_watching.logging_level, v_watching.collect_metrics,
            v_watching.notify_on_completion, v_watching.progress_notification_interval,
            v_watching.notification_channels, v_watching.notification_message
        )
        on conflict do nothing;
        if found then
            return null;
        end if;
        v_existing := coalesce(
            batch_ops.keyed_run(p_request),
            batch_ops.unfinished_run(v_description ->> 'operation', v_description ->> 'target')
        );
        if v_existing is not null then
            return v_existing;
        end if;
        -- What stood in the way a moment ago is closed by now.
    end loop;
    raise exception 'Run % of % could not be opened: the ledger has one of this id.',
        p_operation_id, v_description ->> 'operation'
    using errcode = 'unique_violation';
end
$function$
{% endmacro %}
