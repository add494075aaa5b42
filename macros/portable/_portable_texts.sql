{#- The table with the rows that a step is given as text, while they are staged: its values may be none of their columns. -#}
{% macro _portable_texts(table) %}
    {{ return(dbt_batch_ops._portable_ledger(table.identifier ~ "_text")) }}
{% endmacro %}
