{#-
  batch_ops.track: what one session learns from batch to batch; the next slice goes on from it.

  batches, records, failed: of this slice. stride: keys that a boundary may look at. spacing: rows for each bad one, null
  while there are none. errors: unresolved failures of the run, as far as this session knows. streak, streak_records,
  streak_reason: batches in succession without one good row, their rows, and the one cause. hopeless: such batches in
  this slice. failed_claims: attempts to claim that failed in succession. claim_count: batches that the next
  claim takes. last_batch: the newest batch that this session completed.
-#}
{% macro _engine_track() %}
create type batch_ops.track as (
    batches bigint,
    records bigint,
    failed bigint,
    retries bigint,
    stride integer,
    spacing integer,
    errors bigint,
    streak integer,
    streak_records bigint,
    streak_reason text,
    hopeless integer,
    failed_claims integer,
    claim_count integer,
    last_batch bigint
)
{% endmacro %}
