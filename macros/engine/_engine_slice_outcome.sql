{#-
  batch_ops.slice_outcome: why a slice must end after a batch of this outcome; null when it goes on.

  After statement_timeout (57014) it must end whatever became of the batch: the clock strikes once in a CALL.
  `worker_over_limit`: this worker stops, others go on. `systemic`: three batches in succession, with twenty rows at
  least, in which every row failed for one reason.
-#}
{% macro _engine_slice_outcome() %}
create or replace function batch_ops.slice_outcome(
    p_slice batch_ops.slice,
    p_track batch_ops.track,
    p_outcome text,
    p_reason text
)
returns text
language sql
immutable
as $function$
    select case
        when p_outcome in ('fatal', 'cancelled', 'timed_out') then p_outcome
        when p_outcome = 'failed' and not p_slice.goes_on then p_outcome
        when p_slice.goes_on and p_track.errors > p_slice.max_errors and p_track.failed > 0 then 'over_limit'
        when
            p_slice.goes_on
            and p_track.failed > 0
            and p_slice.worker_failures + p_track.failed > p_slice.max_errors_per_worker
            then 'worker_over_limit'
        when p_track.streak >= 3 and p_track.streak_records >= 20 then 'systemic'
        when p_reason = '57014' then 'timed_out'
    end
$function$
{% endmacro %}
