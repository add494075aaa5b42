{#- Whether a moment that `_portable_lease` gave has passed, by the server's clock. -#}
{% macro _portable_is_over(moment) %}
    {{ return(dbt_batch_ops._portable_value(
        "select current_timestamp() >= " ~ dbt_batch_ops._portable_literal(moment, "timestamp") ~ " as is_over"
    ) | string | lower == "true") }}
{% endmacro %}
