{#-
  batch_ops.coordinate: one time slice of a session that does not work itself: it feeds the workers behind its connections,
  watches those that came by themselves, and tells how far the run is.

  Call it alone in its statement, like work, whose answer it has as well: status, what was done since the slice before, whom
  the run waits for. p_state is at first what connect_workers returned, or without connections when others bring the
  workers; then what the slice before returned. status stays `running` until the workers have ended their slices, for
  claim_timeout at most; a hanging one is left behind. is_alone: nobody works on the run, so the caller must.
-#}
{% macro _engine_coordinate() %}
create or replace procedure batch_ops.coordinate(
    p_operation_id uuid,
    p_slice interval default interval '1 second',
    inout p_state jsonb default null
)
language plpgsql
as $procedure$
declare
    v_statement_timeout interval := pg_catalog.current_setting('statement_timeout')::interval;
    v_ends timestamptz := pg_catalog.clock_timestamp() + least(
        p_slice, case when v_statement_timeout > interval '0' then v_statement_timeout / 2 end
    );
    v_connections jsonb := coalesce(p_state -> 'connections', '[]');
    v_run batch_ops.runs;
    v_goes_on boolean;
    v_is_busy boolean;
    v_is_drained boolean;
    v_is_cancelled boolean := false;
begin
    commit;
    set transaction isolation level read committed;
    perform batch_ops.register_worker(p_operation_id, 'coordinator');
    if p_state -> 'crew' is null then
        -- What was done before is not this command's.
        p_state := coalesce(p_state, '{}') || pg_catalog.jsonb_build_object(
            'crew', batch_ops.crew(p_operation_id, pg_catalog.clock_timestamp()), 'since', pg_catalog.clock_timestamp()
        );
    end if;
    loop
        select * into v_run from batch_ops.runs where runs.operation_id = p_operation_id;
        v_goes_on := v_run.status in ('running', 'blocked') and not v_is_cancelled;
        for v_turn in 0 .. pg_catalog.jsonb_array_length(v_connections) - 1 loop
            v_connections := pg_catalog.jsonb_set(
                v_connections, array[v_turn::text],
                batch_ops.tend_worker(v_run, v_connections -> v_turn, p_slice, v_goes_on)
            );
        end loop;
        commit and chain;
        v_is_busy := v_connections @? '$[*] ? (@.doing == "slice" || @.doing == "limit")';
        v_is_drained := not v_goes_on
            and not v_is_busy
            -- Workers that came by themselves tell in the ledger that they have ended.
            and (v_connections <> '[]' or not batch_ops.has_other_workers(p_operation_id));
        exit when v_is_drained or v_is_cancelled or pg_catalog.clock_timestamp() >= v_ends;
        -- A worker that said that the run is blocked waits for others that do not come back.
        exit when v_run.status = 'blocked' and v_connections @? '$[*] ? (@.state.status == "blocked" && @.doing == "nothing")';
        begin
            perform pg_catalog.pg_sleep(0.01);
        exception
            when query_canceled then
                v_is_cancelled := not batch_ops.ran_out_of_time();
        end;
    end loop;
    p_state := batch_ops.coordinator_state(p_operation_id, p_state, v_connections, v_is_drained, v_is_cancelled);
    commit;
end
$procedure$
{% endmacro %}
