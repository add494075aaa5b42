{#- Prints who waits for whom. Documented in _macros.yml. -#}
{% macro locks() %}
    {{ return(adapter.dispatch("locks", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default__locks() %}
    {%- do dbt_batch_ops._refuse_adapter("locks") -%}
{% endmacro %}

{% macro postgres__locks() %}
    {%- do dbt_batch_ops._ensure_installed(privileges=["SELECT"]) -%}
    {%- set waits = dbt_batch_ops._fetch(
        "select coalesce(jsonb_agg(to_jsonb(waits.*) order by waits.ordinality), '[]') "
        ~ "from batch_ops.lock_waits() with ordinality as waits"
    ) -%}
    {%- if waits -%}
        {#- On lines of its own: dbt puts the time of day in front of the first one. -#}
        {%- do dbt_batch_ops._say("\n" ~ dbt_batch_ops._lock_lines(waits) | join("\n")) -%}
    {%- else -%}
        {%- do dbt_batch_ops._say("Nobody waits for a lock.") -%}
    {%- endif -%}
    {{ return(waits) }}
{% endmacro %}
