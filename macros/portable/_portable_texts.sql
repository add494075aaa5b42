{#- The table with the rows of a CSV file as they are read, while they are staged: its values may be none of their columns. -#}
{% macro _portable_texts(table) %}
    {{ return(dbt_batch_ops._portable_ledger(table.identifier ~ "_text")) }}
{% endmacro %}
