{#- Why a run cannot go on with what it is called with, or none. -#}
{% macro _portable_not_joined(run, operation_id, description, values) %}
    {%- set name = "run " ~ operation_id -%}
    {%- if run is none -%}
        {{ return("there is no " ~ name) }}
    {%- elif run.operation != description.operation -%}
        {{ return(name ~ " is one of " ~ run.operation) }}
    {%- elif run.status == "cancelled" -%}
        {{ return(name ~ " was cancelled; start a new one") }}
    {%- elif run.is_closed -%}
        {{ return(none) }}
    {%- elif run.target != description.target | string -%}
        {{ return(name ~ " was opened on " ~ run.target ~ ", and the operation's table is now " ~ description.target) }}
    {%- elif run.spec_hash != description.spec_hash -%}
        {{ return(
            name ~ " was opened with spec " ~ run.spec_hash ~ ", and the macro now says " ~ description.spec_hash
            ~ "; generate from the spec it was opened with, or cancel the run and start a new one"
        ) }}
    {%- elif run.status == "planned" -%}
        {{ return(name ~ " is a plan that waits for its confirmation: --args '{confirm: " ~ operation_id ~ "}'") }}
    {%- endif -%}
    {%- for parameter, value in values.items() if run.parameters.get(parameter) != value -%}
        {{ return(name ~ " was opened with other parameters; leave them out, it goes on with its own") }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
