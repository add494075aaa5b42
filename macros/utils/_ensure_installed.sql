{#-
  Installs or migrates ledger and engine when they are missing or of an older package; true when it did.

  Args:
    in_transaction (bool): the caller has opened a transaction already (a dry run, which rolls all of it back).
    privileges (list[str]): what the role needs on the ledger's tables; looking at it takes less than writing it.
-#}
{% macro _ensure_installed(in_transaction=false, privileges=["SELECT", "INSERT", "UPDATE", "DELETE"]) %}
    {%- if dbt_batch_ops._is_current(privileges) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if not in_transaction -%}
        {%- do run_query("begin isolation level read committed") -%}
    {%- endif -%}
    {#- Two installations at once: the second waits here, and then finds everything done. -#}
    {%- do run_query("select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('batch_ops.install', 0))") -%}
    {%- if not dbt_batch_ops._is_current(privileges) -%}
        {%- do dbt_batch_ops._install() -%}
    {%- endif -%}
    {%- if not in_transaction -%}
        {%- do run_query("commit") -%}
    {%- endif -%}
    {{ return(true) }}
{% endmacro %}
