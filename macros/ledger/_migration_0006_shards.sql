{#-
  Ledger version 6: steps that are worked on side by side, one for each shard (docs/decisions/0021-shards-keep-markers.md).

  Steps of one `turn` run at the same time. `shard` is the foreign server behind the step's own `target`, `marker_table` the foreign
  table in this schema with the markers that it keeps. A worker's `step_number` is what it works on.
-#}
{% macro _migration_0006_shards() %}
alter table batch_ops.steps add column turn integer;
alter table batch_ops.steps add column shard text;
alter table batch_ops.steps add column target text;
alter table batch_ops.steps add column marker_table text;
update batch_ops.steps set turn = steps.step_number;
alter table batch_ops.steps alter column turn set not null;
alter table batch_ops.workers add column step_number integer;
{% endmacro %}
