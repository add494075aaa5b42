{#-
  A project's setting (`vars:` in dbt_project.yml) with its default.

  The defaults stand here, because those in this package's own dbt_project.yml are not seen from a macro that
  belongs to the user's project.
-#}
{% macro _setting(name) %}
    {%- set defaults = {
        "batch_ops_slice_seconds": 1,
        "batch_ops_claim_timeout_seconds": none,
        "batch_ops_batch_timeout_seconds": none,
        "batch_ops_lock_timeout_seconds": none,
        "batch_ops_count_timeout_seconds": 30,
        "batch_ops_confirm_within_seconds": 3600,
        "batch_ops_statement_starts_within_seconds": 10,
        "batch_ops_max_workers": none,
        "batch_ops_worker_server": "batch_ops_loopback",
        "batch_ops_full_refresh": false,
        "batch_ops_test_days": none,
        "batch_ops_test_heartbeats": 30,
        "batch_ops_live_worker_minutes": 5,
        "batch_ops_overdue_minutes": 5,
        "batch_ops_overdue_hours": none,
        "batch_ops_alert_hours": 48,
        "batch_ops_error_rate_warn": 0.01,
        "batch_ops_error_rate_error": 0.1,
        "batch_ops_error_rate_min_records": 100,
        "batch_ops_undelivered_minutes": 15,
    } -%}
    {{ return(var(name, defaults[name])) }}
{% endmacro %}
