{#-
  What a model needs before its transaction begins: PostgreSQL, dbt's incremental materialization, and this ledger.

  A hook, because those run with `dbt run` and `dbt build` only: compile, parse and docs install nothing.
-#}
{% macro _before_model() %}
    {#- dbt renders hooks when it parses, too. -#}
    {{ return(adapter.dispatch("_before_model", "dbt_batch_ops")() if execute else "") }}
{% endmacro %}

{% macro default___before_model() %}
    {%- do dbt_batch_ops._refuse_adapter() -%}
{% endmacro %}

{% macro postgres___before_model() %}
    {%- if model.config.materialized != "incremental" -%}
        {%- do dbt_batch_ops._fail(
            "Model " ~ model.name ~ " of dbt_batch_ops is materialized as " ~ model.config.materialized
            ~ " in this project. It must be incremental: it keeps runs that were purged from the ledger.\n"
            ~ "Say so in dbt_project.yml:\n  models:\n    dbt_batch_ops:\n      +materialized: incremental"
        ) -%}
    {%- endif -%}
    {%- if flags.FULL_REFRESH and not should_full_refresh() -%}
        {%- do dbt_batch_ops._say(
            model.name ~ " keeps its rows, also those of runs that were purged from the ledger: full refreshes are off"
            ~ " (var batch_ops_full_refresh)."
        ) -%}
    {%- endif -%}
    {%- do dbt_batch_ops._ensure_installed(privileges=["SELECT"]) -%}
{% endmacro %}
