{#- Whether a run's slices are limited in time. -#}
{% macro _has_limit(summary) %}
    {{ return(summary.remaining_seconds is not none or summary.batch_timeout_seconds is not none) }}
{% endmacro %}
