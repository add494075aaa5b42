{#-
  batch_ops.apply_batch: changes the rows of one claimed range and records it, both in the caller's transaction.

  outcome is
    `completed`   all of it is done, but for failed_records rows that are recorded as errors (less than none: of failures
                  of an earlier attempt, so many were mended)
    `partial`     some of it is done and recorded, and the claim is still held: call again
    `retried`     given back, to be tried again after a pause
    `timed_out`   given back, to be done in smaller pieces; statement_timeout fires once in a CALL, so return
    `failed`      the batch as a whole failed, and so does the run unless its policy goes on
    `fatal`       it failed with an error after which no other batch would fare better
    `cancelled`   given back: by a person, or because the run's time is over
    `disconnected`  the connection to a shard is lost: roll back, and settle_disconnected says what becomes of it
    `lost`        another worker took the claim over: nothing was changed

  p_spacing is the distance of bad rows where the last batches had many: they are then looked for at once. p_budget is
  how many more of them the run would bear, p_lock_wait how long the claim waited. reason names the one cause of all failures, null when there are several.
  Nothing is caught outside the inner block: the batch row's lock is the lease and must outlive a failed statement.
-#}
{% macro _engine_apply_batch() %}
create or replace function batch_ops.apply_batch(
    p_slice batch_ops.slice,
    p_batch_number bigint,
    p_claim_number integer,
    p_spacing integer default null,
    p_budget bigint default null,
    p_lock_wait interval default null,
    out outcome text,
    out records bigint,
    out failed_records bigint,
    out spacing integer,
    out reason text,
    out failure batch_ops.application
)
language plpgsql
as $function$
declare
    v_started_at timestamptz := pg_catalog.clock_timestamp();
    v_lease record;
    v_leased_at timestamptz;
    v_wal_from pg_lsn;
    v_failure batch_ops.application;
    v_sqlstate text;
    v_message text;
    v_detail text;
    v_constraint text;
    v_parts record;
begin
    select * into v_lease
    from batch_ops.lease_batch(p_slice.operation_id, p_slice.step_number, p_batch_number, p_claim_number);
    if not v_lease.leased then
        outcome := 'lost';
        return;
    end if;
    if p_slice.collect_metrics then
        v_leased_at := pg_catalog.clock_timestamp();
        v_wal_from := pg_catalog.pg_current_wal_insert_lsn();
    end if;

    -- A batch that is new is done here and at once; nearly every one is. The block is that of apply_range, without the
    -- call: handing the slice over takes a tenth of the time of a small batch.
    if
        v_lease.is_new
        and (p_spacing is null or not p_slice.is_divisible)
        -- Whoever takes a batch over asks its shard first.
        and (p_slice.marker_table is null or p_claim_number = 1)
    then
        -- Only the operation's own statement gives up on a lock; the ledger's are short, and waited for.
        perform pg_catalog.set_config('lock_timeout', p_slice.lock_timeout, true);
        begin
            execute p_slice.statements -> 'apply' ->> batch_ops.range_shape(v_lease.range_lo, v_lease.range_hi)
            using v_lease.range_lo, v_lease.range_hi, p_slice.parameters, p_slice.run_started_at;
            get diagnostics records = row_count;
            -- A deferred constraint would fail at COMMIT, outside every handler, and take the record along.
            set constraints all immediate;
            if p_slice.operation_type = 'custom_function' then
                records := batch_ops.count_rows(p_slice, v_lease.range_lo, v_lease.range_hi);
            elsif p_slice.marker_table is not null then
                perform batch_ops.write_marker(p_slice, p_batch_number, 0, records, v_lease.range_hi);
            end if;
            outcome := 'completed';
        exception
            when others or query_canceled or assert_failure then
                get stacked diagnostics
                    v_sqlstate = returned_sqlstate,
                    v_message = message_text,
                    v_detail = pg_exception_detail,
                    v_constraint = constraint_name;
                v_failure := batch_ops.failed_application(v_sqlstate, v_message, v_detail, v_constraint);
        end;
        perform pg_catalog.set_config('lock_timeout', '0', true);
        if outcome = 'completed' then
            failed_records := 0;
            if p_slice.marker_table is not null then
                -- The claim has reached the disk and the shard tells the rest: were this lost, it would be found there.
                perform pg_catalog.set_config('synchronous_commit', 'off', true);
            end if;
            perform batch_ops.complete_batch(
                p_slice.operation_id, p_slice.step_number, p_batch_number, records, v_started_at,
                pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), v_wal_from)::bigint,
                v_leased_at - v_started_at + coalesce(p_lock_wait, interval '0')
            );
            if p_claim_number > 1 then
                -- It was tried before: what went wrong then is mended now.
                perform batch_ops.resolve_batch_errors(p_slice.operation_id, p_slice.step_number, p_batch_number);
            end if;
            return;
        end if;
    end if;
    select * into v_parts
    from batch_ops.apply_in_parts(
        p_slice, p_batch_number, v_failure, p_spacing, p_budget, v_started_at
    );
    outcome := v_parts.outcome;
    records := v_parts.records;
    failed_records := v_parts.failed_records;
    spacing := v_parts.spacing;
    reason := v_parts.reason;
    failure := v_parts.failure;
    if p_slice.collect_metrics and outcome <> 'disconnected' then
        perform batch_ops.add_batch_metrics(
            p_slice.operation_id, p_slice.step_number, p_batch_number, v_started_at,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), v_wal_from)::bigint,
            v_leased_at - v_started_at + coalesce(p_lock_wait, interval '0')
        );
    end if;
end
$function$
{% endmacro %}
