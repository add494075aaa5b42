{#- The version of the portable ledger's tables and views. -#}
{% macro _portable_ledger_version() %}
    {{ return(2) }}
{% endmacro %}
