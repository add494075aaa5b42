{#- The keys of a batch in words; of rows that were given, their numbers. -#}
{% macro _portable_keys_of(run, batch) %}
    {%- set walk = run.steps[batch.step_number | int - 1].iterate_by -%}
    {{ return(
        ("rows " if walk == "rows" else "keys ") ~ ("after " ~ tojson(batch.range_lo) ~ " " if batch.range_lo is not none else "")
        ~ "up to " ~ tojson(batch.range_hi)
    ) }}
{% endmacro %}
