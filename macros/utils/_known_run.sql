{#- What the engine said of a run; fails when it knows none of that id. -#}
{% macro _known_run(operation_id, run) %}
    {%- if run is none -%}
        {%- do dbt_batch_ops._fail(
            "There is no run " ~ operation_id ~ ". To see the runs: dbt run-operation dbt_batch_ops.status"
        ) -%}
    {%- endif -%}
    {{ return(run) }}
{% endmacro %}
