{#- Whether a row of the ledger was written since a model has looked, as a condition; needs _ledger_window. -#}
{% macro _is_new(table) -%}
    {{ table }}.changed_xid >= (select ledger.first_xid from ledger)
    and {{ table }}.changed_xid < (select ledger.end_xid from ledger)
{%- endmacro %}
