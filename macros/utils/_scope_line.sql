{#- How much a run has before it, in words. -#}
{% macro _scope_line(run) %}
    {%- set rows = "{:,}".format(run.total_records) ~ (" row" if run.total_records == 1 else " rows") -%}
    {%- if run.total_is_exact -%}
        {{ return(rows ~ " to change, staged in key order, in batches of " ~ "{:,}".format(run.batch_size)) }}
    {%- else -%}
        {{ return(
            "about " ~ rows ~ " to change (the planner's estimate), along the key, in batches of at most "
            ~ "{:,}".format(run.batch_size)
        ) }}
    {%- endif -%}
{% endmacro %}
