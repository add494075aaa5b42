{#-
  batch_ops.insert_run: the run's own row in the ledger.

  Returns the unfinished run that stands in the way, or null.
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
    v_description jsonb := p_request -> 'description';
    v_timeout interval := pg_catalog.make_interval(secs => (v_description ->> 'timeout_seconds')::double precision);
    v_confirm_before timestamptz := p_started_at
        + pg_catalog.make_interval(secs => (p_request ->> 'confirm_within_seconds')::double precision);
begin
    insert into batch_ops.runs (
        operation_id, operation, target, status, parameters, spec_hash, spec_path, generator_version,
        package_version, max_records, on_limit, max_errors, skip_invalid_rows, timeout, claim_timeout,
        started_at, deadline_at, confirm_before, file_name
    )
    values (
        p_operation_id, v_description ->> 'operation', v_description ->> 'target',
        case when v_confirm_before is null then 'running' else 'planned' end,
        p_parameters, v_description ->> 'spec_hash', v_description ->> 'spec_path',
        v_description ->> 'generator_version', p_request ->> 'package_version',
        (v_description ->> 'max_records')::bigint, coalesce(v_description ->> 'on_limit', 'refuse'),
        (v_description ->> 'max_errors')::bigint,
        coalesce((v_description ->> 'skip_invalid_rows')::boolean, false), v_timeout,
        pg_catalog.make_interval(secs => (p_request ->> 'claim_timeout_seconds')::double precision),
        p_started_at, p_started_at + v_timeout, v_confirm_before, p_request ->> 'file_name'
    )
    on conflict (operation, target) where closed_at is null and status <> 'planned' do nothing;
    if found then
        return null;
    end if;
    return batch_ops.unfinished_run(v_description ->> 'operation', v_description ->> 'target');
end
$function$
{% endmacro %}
