{#- Why a plan cannot start, or none. -#}
{% macro _portable_not_confirmed(run, operation_id, description, values) %}
    {%- set name = "plan " ~ operation_id -%}
    {%- if run is none -%}
        {{ return("there is no " ~ name) }}
    {%- elif run.operation != description.operation -%}
        {{ return(name ~ " is one of " ~ run.operation) }}
    {%- elif run.status in ["running", "interrupted", "completed", "failed", "timed_out", "paused"] -%}
        {{ return(name ~ " was confirmed already") }}
    {%- elif run.status != "planned" -%}
        {{ return(name ~ " is " ~ run.status) }}
    {%- elif run.spec_hash != description.spec_hash -%}
        {{ return(
            name ~ " was made from spec " ~ run.spec_hash ~ ", and the macro now says " ~ description.spec_hash ~ "; plan it again"
        ) }}
    {%- endif -%}
    {%- set opened_at = modules.datetime.datetime.fromisoformat(run.opened_at[:19]) -%}
    {%- set age = (modules.datetime.datetime.now(modules.pytz.utc).replace(tzinfo=none) - opened_at).total_seconds() -%}
    {%- if age > dbt_batch_ops._setting("batch_ops_confirm_within_seconds") | float -%}
        {{ return(name ~ " expired " ~ dbt_batch_ops._duration(
            age - dbt_batch_ops._setting("batch_ops_confirm_within_seconds") | float
        ) ~ " ago; plan it again") }}
    {%- endif -%}
    {%- for parameter, value in values.items() if run.parameters.get(parameter) != value -%}
        {{ return(name ~ " was made with other parameters; leave them out") }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
