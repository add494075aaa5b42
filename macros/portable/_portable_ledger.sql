{#- A table or view of the ledger, which is in the target's own database, where the engine has databases. -#}
{% macro _portable_ledger(name) %}
    {{ return(api.Relation.create(database=target.get("database"), schema="batch_ops", identifier=name)) }}
{% endmacro %}
