{#-
  The runs of which anything has changed since the model has looked, as the common table expression `changed_runs`.

  A run's own row is written when it starts and when it ends; what happens in between is in its batches, errors, workers.
  And nothing at all is written when its last session dies: a model with a status says `running` then, and must look itself.

  Args:
    continues (bool): what _continues says.
    has_status (bool): the model keeps each run's status.
    only_measured (bool): runs with collect_metrics only.
-#}
{% macro _changed_runs(continues, has_status=false, only_measured=false) -%}
{%- set tables = ["runs", "steps", "batches", "errors", "workers", "controls"] -%}
{#- Named whether they are read now or not: dbt learns by it what the model depends on. -#}
{%- for table in tables -%}
    {%- do source("batch_ops", table) -%}
{%- endfor -%}
changed_runs as materialized (
    select runs.operation_id
    from {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as runs
    {%- if continues %}
    inner join (
        {% for table in tables -%}
        select {{ table }}.operation_id
        from {{ dbt_batch_ops._from(source("batch_ops", table)) }} as {{ table }}
        where
            {{ dbt_batch_ops._is_new(table) | indent(12) }}
            {%- if only_measured %}
            -- Nobody measures: nothing is read.
            and exists (select 1 from {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as measured where measured.collect_metrics)
            {%- endif %}
        {%- if not loop.last %}
        union distinct
        {% endif %}
        {%- endfor %}
        {%- if has_status %}
        union distinct
        select claimants.operation_id
        from {{ dbt_batch_ops._from(source("batch_ops", "runs")) }} as claimants
        inner join {{ this }} as kept on claimants.operation_id = kept.operation_id
        where
            claimants.status = 'running'
            and kept.status <> {{ dbt_batch_ops._status_of_running("claimants") | indent(12) }}
        {%- endif %}
    ) as changed on runs.operation_id = changed.operation_id
    {%- endif %}
    {%- if only_measured %}
    where runs.collect_metrics
    {%- endif %}
)
{%- endmacro %}
