{#- Deletes closed runs from the ledger by age and number. Documented in _macros.yml. -#}
{% macro purge(older_than=none, keep=none, dry_run=false) %}
    {{ return(adapter.dispatch("purge", "dbt_batch_ops")(older_than, keep, dry_run)) }}
{% endmacro %}

{% macro default__purge(older_than, keep, dry_run) %}
    {%- do dbt_batch_ops._refuse_adapter("purge") -%}
{% endmacro %}

{% macro postgres__purge(older_than, keep, dry_run) %}
    {%- do dbt_batch_ops._check_retention(older_than, keep, dry_run) -%}
    {%- if dry_run -%}
        {#- All that it takes to look, even the installation of a ledger that is not there, is rolled back. -#}
        {%- do run_query("begin isolation level read committed") -%}
    {%- endif -%}
    {%- do dbt_batch_ops._ensure_installed(
        in_transaction=dry_run, privileges=["SELECT"] if dry_run else ["SELECT", "UPDATE", "DELETE"]
    ) -%}
    {%- if older_than is not none -%}
        {%- set problem = dbt_batch_ops._fetch(
            "select batch_ops.interval_problem(" ~ dbt_batch_ops._literal(older_than) ~ ")"
        ) -%}
        {%- if problem is not none -%}
            {%- do dbt_batch_ops._refuse_purge(["older_than " ~ tojson(older_than) ~ " " ~ problem]) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set limits = (dbt_batch_ops._literal(older_than) if older_than is not none else "null") ~ "::interval, "
        ~ (keep if keep is not none else "null") ~ "::integer" -%}
    {%- if dry_run -%}
        {%- set purged = dbt_batch_ops._fetch("select batch_ops.purge_overview(" ~ limits ~ ")") -%}
        {%- do run_query("rollback") -%}
    {%- else -%}
        {%- set purged = dbt_batch_ops._purge_off(limits) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._report_purge(purged, dry_run) -%}
    {{ return(purged.operations) }}
{% endmacro %}
