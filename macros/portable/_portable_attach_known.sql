{#- Makes all tables known to the session whose places `batch_ops_locations` gives: a query that gives rows may read them. -#}
{% macro _portable_attach_known() %}
    {{ return(adapter.dispatch("_portable_attach_known", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_attach_known() %}
{% endmacro %}

{% macro spark___portable_attach_known() %}
    {%- if dbt_batch_ops._portable_is_sail() -%}
        {%- for name in var("batch_ops_locations", {}) -%}
            {%- set parts = name.split(".") -%}
            {%- set relation = api.Relation.create(
                schema=parts[0] if parts | length > 1 else target.schema, identifier=parts[-1]
            ) -%}
            {%- do run_query("create schema if not exists " ~ relation.schema) -%}
            {%- do dbt_batch_ops._portable_attach_table(relation) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
