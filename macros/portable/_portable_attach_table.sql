{#-
  Makes a table known to the session, where catalogs live in sessions (Sail); returns whether it was there.

  False elsewhere: the catalog knows. Without columns the statement takes those of the table; with them Sail would hold the
  session's time zone against that of the session which made it.
-#}
{% macro _portable_attach_table(relation) %}
    {{ return(adapter.dispatch("_portable_attach_table", "dbt_batch_ops")(relation)) }}
{% endmacro %}

{% macro default___portable_attach_table(relation) %}
    {{ return(false) }}
{% endmacro %}

{% macro spark___portable_attach_table(relation) %}
    {%- set is_there = dbt_batch_ops._portable_is_sail() and dbt_batch_ops._portable_commits(relation, 0) > 0 -%}
    {%- if is_there -%}
        {%- do run_query(
            "create table if not exists " ~ relation ~ " using delta location '" ~ dbt_batch_ops._portable_location(relation) ~ "'"
        ) -%}
    {%- endif -%}
    {{ return(is_there) }}
{% endmacro %}
