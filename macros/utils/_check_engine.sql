{#- Refuses a macro that was generated for another engine: its SQL is that engine's. -#}
{% macro _check_engine(description) %}
    {%- set engine = description.engine | default("postgres", true) -%}
    {%- if engine != target.type -%}
        {%- do dbt_batch_ops._fail(
            description.operation ~ " was generated for " ~ engine ~ ", and this target is of type " ~ target.type ~ ".\n"
            ~ "To generate for " ~ target.type ~ ": "
            ~ (
                "leave batch_ops_engine out of the vars in dbt_project.yml" if target.type == "postgres"
                else "write in dbt_project.yml `vars: {batch_ops_engine: " ~ target.type ~ "}`"
            )
            ~ ", then type: dbt-batch-ops generate"
        ) -%}
    {%- endif -%}
{% endmacro %}
