{#- A table or view of the ledger, which is in the target's own database. -#}
{% macro _portable_ledger(name) %}
    {{ return(api.Relation.create(database=target.database, schema="batch_ops", identifier=name)) }}
{% endmacro %}
