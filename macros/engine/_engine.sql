{#-
  The engine: every routine and view that `install` puts into the database, in the order in which they are created.

  SQL functions and views come after what they name, since PostgreSQL checks their bodies when they are created.
-#}
{% macro _engine() %}
    {{ return([
        dbt_batch_ops._engine_slice(),
        dbt_batch_ops._engine_is_alive(),
        dbt_batch_ops._engine_enter_transaction(),
        dbt_batch_ops._engine_lock_step(),
        dbt_batch_ops._engine_record_error(),
        dbt_batch_ops._engine_register_worker(),
        dbt_batch_ops._engine_run_overview(),
        dbt_batch_ops._engine_run_summary(),
        dbt_batch_ops._engine_parameter_expression(),
        dbt_batch_ops._engine_check_parameters(),
        dbt_batch_ops._engine_check_columns(),
        dbt_batch_ops._engine_unique_keys(),
        dbt_batch_ops._engine_check_key(),
        dbt_batch_ops._engine_commits_may_lag(),
        dbt_batch_ops._engine_describe_target(),
        dbt_batch_ops._engine_prefers_keys(),
        dbt_batch_ops._engine_stage_keys(),
        dbt_batch_ops._engine_drop_staged(),
        dbt_batch_ops._engine_set_status(),
        dbt_batch_ops._engine_open_run(),
        dbt_batch_ops._engine_join_run(),
        dbt_batch_ops._engine_cancel(),
        dbt_batch_ops._engine_count_matching(),
        dbt_batch_ops._engine_range_shape(),
        dbt_batch_ops._engine_next_stride(),
        dbt_batch_ops._engine_next_boundaries(),
        dbt_batch_ops._engine_next_integers(),
        dbt_batch_ops._engine_position(),
        dbt_batch_ops._engine_claim_new(),
        dbt_batch_ops._engine_claim_abandoned(),
        dbt_batch_ops._engine_claim(),
        dbt_batch_ops._engine_lease_batch(),
        dbt_batch_ops._engine_settle_batch(),
        dbt_batch_ops._engine_apply_batch(),
        dbt_batch_ops._engine_held_batches(),
        dbt_batch_ops._engine_start_slice(),
        dbt_batch_ops._engine_end_slice(),
        dbt_batch_ops._engine_work(),
    ]) }}
{% endmacro %}
