{#-
  batch_ops.work: one time slice of a run: claim, apply, record and commit, batch after batch, for about p_slice.

  Call it alone in its statement, outside a transaction block. p_state goes in as it came out of the slice before
  (null at first) and comes out with what the slice did: status, batches, records, failures, what the next slice builds
  on, and whom it waits for. Every batch is a transaction; the slice's last one is synchronous, so what it tells has
  reached the disk.
-#}
{% macro _engine_work() %}
create or replace procedure batch_ops.work(
    p_operation_id uuid,
    p_slice interval default interval '1 second',
    inout p_state jsonb default null
)
language plpgsql
as $procedure$
declare
    v_statement_timeout interval := pg_catalog.current_setting('statement_timeout')::interval;
    v_slice_ends timestamptz;
    v_slice batch_ops.slice;
    v_claimed record;
    v_applied record;
    v_track batch_ops.track;
    v_claimed_at timestamptz;
    v_sqlstate text;
    v_message text;
    v_detail text;
    v_outcome text := 'not_runnable';
begin
    -- A role's own statement_timeout counts the whole CALL; half of it leaves room for the last batch.
    v_slice_ends := pg_catalog.clock_timestamp() + least(
        p_slice, case when v_statement_timeout > interval '0' then v_statement_timeout / 2 end
    );
    commit;
    -- Whatever the session's default: a lease must see that its claim was taken over. `and chain` keeps it.
    set transaction isolation level read committed;
    v_slice := batch_ops.start_slice(p_operation_id);
    v_slice_ends := least(v_slice_ends, pg_catalog.clock_timestamp() + v_slice.heartbeat_interval);
    v_track := batch_ops.start_track(v_slice, p_state);
    commit and chain;
    if v_slice.goes_on and v_slice.error_count > v_slice.max_errors then
        v_slice.runnable := false;
        v_outcome := 'over_limit';
    end if;

    <<claims>>
    while v_slice.runnable loop
        perform batch_ops.enter_transaction(v_slice);
        begin
            select * into v_claimed
            from batch_ops.claim(v_slice, v_track);
            v_outcome := 'claimed';
        exception
            when query_canceled then
                -- Not a person, but the time: another worker has opened the next step meanwhile, under the claim lock.
                v_outcome := case when batch_ops.ran_out_of_time() then 'waiting' else 'cancelled' end;
            when others then
                get stacked diagnostics v_detail = pg_exception_detail;
                v_sqlstate := sqlstate;
                v_message := sqlerrm;
                v_outcome := 'failed';
        end;
        if v_outcome = 'failed' then
            if batch_ops.is_disconnected(v_slice, v_sqlstate) then
                -- Not to be committed any more.
                rollback and chain;
            end if;
            v_track.failed_claims := v_track.failed_claims + 1;
            v_outcome := batch_ops.claim_failed(v_slice, v_track, v_sqlstate, v_message, v_detail);
        end if;
        commit and chain;
        exit claims when v_outcome <> 'claimed';
        v_track.failed_claims := 0;
        if v_claimed.batch_numbers is null then
            v_outcome := 'exhausted';
            exit claims;
        end if;
        v_claimed_at := pg_catalog.clock_timestamp();

        for v_turn in 1 .. pg_catalog.cardinality(v_claimed.batch_numbers) loop
            loop
                perform batch_ops.enter_transaction(v_slice);
                select * into v_applied
                from batch_ops.apply_batch(
                    v_slice, v_claimed.batch_numbers[v_turn], v_claimed.claim_numbers[v_turn], v_track.spacing,
                    v_slice.max_errors - v_track.errors + 1, v_claimed.lock_wait
                );
                -- It was the first batch of the claim that waited.
                v_claimed.lock_wait := null;
                if v_applied.outcome = 'disconnected' then
                    -- Not to be committed any more: what happened is told in a transaction of its own.
                    rollback and chain;
                    v_applied.outcome := batch_ops.settle_disconnected(
                        v_slice, v_claimed.batch_numbers[v_turn], v_claimed.claim_numbers[v_turn], v_applied.failure
                    );
                end if;
                commit and chain;
                if
                    v_applied.outcome = 'completed'
                    and v_applied.failed_records = 0
                    and v_track.spacing is null
                    and v_track.streak = 0
                then
                    -- What nearly every batch comes to, without the calls.
                    v_track.batches := v_track.batches + 1;
                    v_track.records := v_track.records + v_applied.records;
                    v_track.stride := batch_ops.next_stride(v_track.stride, v_slice.batch_size, v_applied.records);
                    exit;
                end if;
                v_track := batch_ops.follow_track(v_track, v_slice, v_applied);
                v_outcome := batch_ops.slice_outcome(v_slice, v_track, v_applied.outcome, v_applied.reason);
                exit claims when v_outcome is not null;
                exit when v_applied.outcome <> 'partial';
                v_outcome := 'partial';
                exit claims when pg_catalog.clock_timestamp() >= least(v_slice_ends, v_slice.deadline_at);
            end loop;
            -- Slow batches: what was claimed ahead is given back, so that a pause need not wait for it.
            v_outcome := 'partial';
            exit claims when
                v_turn < pg_catalog.cardinality(v_claimed.batch_numbers)
                and pg_catalog.clock_timestamp() >= least(v_slice_ends + interval '1 second', v_slice.deadline_at);
        end loop;
        v_outcome := 'completed';
        v_track.last_batch := v_claimed.batch_numbers[pg_catalog.cardinality(v_claimed.batch_numbers)];
        v_track.claim_count := batch_ops.next_claim_count(
            v_track.claim_count, pg_catalog.clock_timestamp() - v_claimed_at
        );
        exit claims when pg_catalog.clock_timestamp() >= least(v_slice_ends, v_slice.deadline_at);
    end loop;

    p_state := batch_ops.end_slice(p_operation_id, v_slice.step_number, v_slice.worker_id, v_outcome, p_state, v_track);
    commit;
    if (p_state ->> 'wait_seconds')::double precision > 0 and v_track.batches = 0 then
        -- Nothing to claim while others still hold batches, or before the next attempt: look again, without spinning.
        perform pg_catalog.pg_sleep(least((p_state ->> 'wait_seconds')::double precision, extract(epoch from p_slice)));
    end if;
end
$procedure$
{% endmacro %}
