{#- Says why no worker is left, and closes what is left of the connections; the caller then works itself. -#}
{% macro _go_on_alone(crew) %}
    {%- set errors = crew.connections | selectattr("error", "defined") | map(attribute="error") | list -%}
    {%- do dbt_batch_ops._say(
        "  no worker is left" ~ (" (" ~ errors[-1] ~ ")" if errors else "") ~ "; this session goes on alone"
    ) -%}
    {%- do dbt_batch_ops._dismiss(crew) -%}
{% endmacro %}
