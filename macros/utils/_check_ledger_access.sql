{#-
  Fails, with the grants to ask for, when the role may not use the ledger that is there.

  Args:
    privileges (list[str]): what it needs on every table. Asked one by one: has_table_privilege takes a list of
      them for "any", not for "all".
-#}
{% macro _check_ledger_access(privileges) %}
    {%- set denied = dbt_batch_ops._fetch(
        "select not pg_catalog.has_schema_privilege('batch_ops', 'USAGE') or exists (select 1 "
        ~ "from pg_catalog.pg_class where relnamespace = 'batch_ops'::regnamespace and relkind = 'r' "
        ~ "and relname !~ '^(staged|upload)_' "
        ~ "and not (pg_catalog.has_table_privilege(oid, '"
        ~ privileges | join("') and pg_catalog.has_table_privilege(oid, '") ~ "')))"
    ) -%}
    {%- if denied -%}
        {%- set role = dbt_batch_ops._quote(target.user) -%}
        {%- set writes = privileges != ["SELECT"] -%}
        {%- do dbt_batch_ops._fail(
            "Role " ~ target.user ~ " may not use the ledger in schema batch_ops. Nothing was changed.\n"
            ~ "Ask its owner for:\n"
            ~ "  GRANT USAGE" ~ (", CREATE" if writes else "") ~ " ON SCHEMA batch_ops TO " ~ role ~ ";\n"
            ~ "  GRANT SELECT" ~ (", INSERT, UPDATE, DELETE" if writes else "")
            ~ " ON ALL TABLES IN SCHEMA batch_ops TO " ~ role ~ ";"
        ) -%}
    {%- endif -%}
{% endmacro %}
