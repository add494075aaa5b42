{#-
  The runs of which anything has changed since the model has looked, as the common table expression `changed_runs`.

  A run's own row is written when it starts and when it ends; what happens in between is in its batches, errors, workers.
  And nothing at all is written when its last session dies: a model with a status says `running` then, and must look itself.

  Args:
    has_status (bool): the model keeps each run's status.
    only_measured (bool): runs with collect_metrics only.
-#}
{% macro _changed_runs(has_status=false, only_measured=false) %}
    {%- set tables = ["runs", "steps", "batches", "errors", "workers", "controls"] -%}
    {#- Named whether they are read now or not: dbt learns by it what the model depends on. -#}
    {%- for table in tables -%}
        {%- do source("batch_ops", table) -%}
    {%- endfor -%}
    changed_runs as materialized (
        select runs.operation_id
        from {{ source("batch_ops", "runs") }} as runs
        {%- if dbt_batch_ops._continues() %}
        inner join (
            {% for table in tables -%}
            select {{ table }}.operation_id
            from {{ source("batch_ops", table) }} as {{ table }}
            where
                {{ dbt_batch_ops._is_new(table) | indent(16) }}
            {%- if only_measured %}
                -- Nobody measures: nothing is read.
                and exists (select 1 from {{ source("batch_ops", "runs") }} as measured where measured.collect_metrics)
            {%- endif %}
            {% if not loop.last or has_status -%}
            union
            {% endif -%}
            {% endfor -%}
            {% if has_status -%}
            select runs.operation_id
            from {{ source("batch_ops", "runs") }} as runs
            inner join {{ this }} as kept on runs.operation_id = kept.operation_id
            where
                runs.status = 'running'
                and kept.status is distinct from
                {{ dbt_batch_ops._status_of_running("batch_ops.is_live(runs.operation_id)") | indent(16) }}
            {%- endif %}
        ) as changed on runs.operation_id = changed.operation_id
        {%- endif %}
        {%- if only_measured %}
        where runs.collect_metrics
        {%- endif %}
    )
{%- endmacro %}
