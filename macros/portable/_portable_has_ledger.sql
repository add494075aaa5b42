{#-
  Whether the tables of a ledger are there, complete or not; what is there can be named afterwards.

  Sail's catalog is empty at the start of each command: there a ledger is what has a log in its folder.
-#}
{% macro _portable_has_ledger() %}
    {{ return(adapter.dispatch("_portable_has_ledger", "dbt_batch_ops")()) }}
{% endmacro %}

{% macro default___portable_has_ledger() %}
    {{ return(dbt_batch_ops._portable_columns(dbt_batch_ops._portable_ledger("installation")) | length > 0) }}
{% endmacro %}

{% macro spark___portable_has_ledger() %}
    {%- if not dbt_batch_ops._portable_is_sail() -%}
        {{ return(dbt_batch_ops.default___portable_has_ledger()) }}
    {%- endif -%}
    {%- set is_there = dbt_batch_ops._portable_commits(dbt_batch_ops._portable_ledger("installation"), 0) > 0 -%}
    {%- if is_there -%}
        {%- do dbt_batch_ops._portable_create_ledger() -%}
        {%- do dbt_batch_ops._portable_create_views() -%}
    {%- endif -%}
    {{ return(is_there) }}
{% endmacro %}
