{#- Whether a row of the ledger was written since a model has looked, as a condition of two lines; needs _ledger_window. -#}
{% macro _is_new(table) -%}
{{ table }}.changed_xid >= (select limits.first_xid from ledger as limits)
and {{ table }}.changed_xid < (select limits.end_xid from ledger as limits)
{%- endmacro %}
