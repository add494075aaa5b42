{#-
  Creates a table of the ledger's schema.

  Args:
    relation (Relation): the table.
    columns (dict): {name: type}.
    properties (str): properties of a Delta table, `'name' = 'value'`, ...; other engines have none.

  On a server with a catalog of its own it is where its schemas are, unless `batch_ops_location` names a folder.
-#}
{% macro _portable_create_table(relation, columns, properties="") %}
    {{ return(adapter.dispatch("_portable_create_table", "dbt_batch_ops")(relation, columns, properties)) }}
{% endmacro %}

{% macro default___portable_create_table(relation, columns, properties="") %}
    {%- do run_query(
        "create table if not exists " ~ relation ~ " (" ~ dbt_batch_ops._portable_column_list(columns) ~ ")"
    ) -%}
{% endmacro %}

{% macro spark___portable_create_table(relation, columns, properties="") %}
    {%- set is_sail = dbt_batch_ops._portable_is_sail() -%}
    {%- set place = " location '" ~ dbt_batch_ops._portable_location(relation) ~ "'"
        if is_sail or var("batch_ops_location", none) is not none else "" -%}
    {%- do run_query(
        "create table if not exists " ~ relation ~ " (" ~ dbt_batch_ops._portable_column_list(columns) ~ ") using delta" ~ place
        ~ (" tblproperties (" ~ properties ~ ")" if properties else "")
    ) -%}
{% endmacro %}
