{#-
  Whether a model goes on where it was; else it reads the whole ledger, and replaces what it has of it.

  It does so once after an upgrade that gives it more columns, so that they are filled as far back as the ledger goes.
-#}
{% macro _continues() %}
    {%- if not is_incremental() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set present = adapter.get_columns_in_relation(this) | map(attribute="name") | list -%}
    {{ return(model.columns | reject("in", present) | list | length == 0) }}
{% endmacro %}
